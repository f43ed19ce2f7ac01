// SDEverywhere asks for a spreadsheet library from outside the npm registry. The model reads no spreadsheet, so this stands in.
const none = () => {
  throw new Error("the simulator's model reads no spreadsheets");
};
module.exports = { read: none, readFile: none, set_fs: () => {}, utils: {} };
