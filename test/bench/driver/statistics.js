'use strict';

/** The value below which a share `q` of the samples lies, interpolated between neighbours. */
function quantile(samples, q) {
  const sorted = Array.from(samples).sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** Median with the tenth and the ninetieth percentile. */
function summarize(samples) {
  return { medianMs: quantile(samples, 0.5), p10: quantile(samples, 0.1), p90: quantile(samples, 0.9) };
}

module.exports = { quantile, summarize };
