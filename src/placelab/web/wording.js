// Numbers as English: the twin of placelab/wording.py, tested against it.

const SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

// A number with `places` decimals, ties to even as in Python (toFixed rounds ties up; a tie is an odd count of 2^-(places+1)).
export function fixed(value, places = 0) {
  const text = Math.abs(value).toFixed(places);
  const halves = Math.abs(value) * 2 ** (places + 1);
  let digits = text;
  if (Number.isInteger(halves) && halves % 2 === 1) {
    const unit = BigInt(text.replace(".", ""));
    const even = unit % 2n === 0n ? unit : unit - 1n;
    const padded = even.toString().padStart(places + 1, "0");
    digits = places ? `${padded.slice(0, -places)}.${padded.slice(-places)}` : padded;
  }
  return value < 0 && Number(digits) !== 0 ? `-${digits}` : digits;
}

// Thousands separated: 1328092 -> "1,328,092".
export function grouped(value, places = 0) {
  const [whole, decimals] = fixed(value, places).split(".");
  const spaced = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return decimals === undefined ? spaced : `${spaced}.${decimals}`;
}

export function pounds(value) {
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (size >= 999.5e6) return `${sign}£${fixed(size / 1e9, 2)}bn`;
  if (size >= 9.95e6) return `${sign}£${fixed(size / 1e6)}m`;
  if (size >= 999.5e3) return `${sign}£${fixed(size / 1e6, 1)}m`;
  return `${sign}£${grouped(size)}`;
}

const isNought = (text) => /^[0.%]*$/.test(text);

export function percent(share, places = 0) {
  const text = `${fixed(Math.abs(100 * share), places)}%`;
  return share < 0 && !isNought(text) ? `−${text}` : text;
}

// A share with no more decimals than it needs, for an axis.
export const shortPercent = (share) => `${Number(fixed(100 * share, 2))}%`;

export const count = (value) => grouped(value);

// Round half to even, as Python's round.
export function rounded(value) {
  return Number(fixed(value));
}

export function people(value) {
  if (value > 0 && value < 10) return "fewer than 10";
  if (value >= 999_500) return `${fixed(value / 1e6, 1)} million`;
  const step = value >= 10_000 ? 1000 : value >= 1000 ? 100 : 10;
  return grouped(step * rounded(value / step));
}

export const inWords = (number) => (number >= 0 && number < SMALL.length ? SMALL[number] : count(number));

export function oneIn(share) {
  if (Number.isNaN(share)) return "an unknown share";
  if (share <= 0.02) return share > 0 ? "almost none" : "none";
  if (share >= 0.98) return share >= 1 ? "all" : "almost all";
  if (share < 0.045) return "fewer than one in 20";
  if (share > 0.955) return "more than 19 in 20";
  let [above, below, error] = [1, 2, Math.abs(share - 0.5)];
  for (let candidate = 3; candidate <= 20; candidate += 1) {
    const top = rounded(share * candidate);
    const miss = Math.abs(share - top / candidate);
    if (top > 0 && top < candidate && (top === 1 || top === candidate - 1) && miss < error - 0.004) {
      [above, below, error] = [top, candidate, miss];
    }
  }
  if (error > 0.04) [above, below] = [Math.max(1, Math.min(9, rounded(10 * share))), 10];
  return `${inWords(above)} in ${inWords(below)}`;
}

export function change(share, places = 0) {
  const text = percent(Math.abs(share), places);
  return isNought(text) ? "did not change" : `${share < 0 ? "fell" : "rose"} by ${text}`;
}

export function would(share, places = 0) {
  const text = percent(Math.abs(share), places);
  return isNought(text) ? "would not change" : `would ${share < 0 ? "fall" : "rise"} by ${text}`;
}

// A change as a noun: "a rise of 14%", "a projected fall of 3%", "no change".
export function noun(share, places = 0, adjective = "") {
  const text = percent(Math.abs(share), places);
  const kind = adjective && `${adjective} `;
  return isNought(text) ? `no ${kind}change` : `a ${kind}${share < 0 ? "fall" : "rise"} of ${text}`;
}

export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

// 2009 -> "2009-10".
export const financialYear = (start) => `${start}-${String((start + 1) % 100).padStart(2, "0")}`;
