// Series of numbers: how they come out of a file, and how they are summed up.

// A series stored as first value and yearly steps (placelab/widgets/series.py), as levels; worked out once. Blank stays null.
const known = new WeakMap();
export function levels(steps) {
  if (!known.has(steps)) {
    let total = 0;
    known.set(steps, steps.map((step) => (step === null ? null : (total += step))));
  }
  return known.get(steps);
}

// Linear interpolation between sorted values, as pandas' quantile.
export function quantile(sorted, q) {
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  return low + 1 < sorted.length ? sorted[low] + (sorted[low + 1] - sorted[low]) * (at - low) : sorted[low];
}
