'use strict';

const { generator } = require('../cases/random');

const RESAMPLES = 2000;

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

/** The ratio of medians of samples that were taken in pairs, with its 95 % interval: pairs drawn anew, 2000 times. */
function ratioOfMedians(samples, base) {
  const next = generator(1);
  const ratios = Array.from({ length: RESAMPLES }, () => {
    const drawn = samples.map(() => Math.floor(next() * samples.length));
    return ratio(
      drawn.map((i) => samples[i]),
      drawn.map((i) => base[i])
    );
  });
  return { ratio: ratio(samples, base), low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) };
}

function ratio(samples, base) {
  return quantile(samples, 0.5) / quantile(base, 0.5);
}

module.exports = { quantile, ratioOfMedians, summarize };
