/** @file What all example payloads share. */

export function envelope(kind, title, seed, step, final, data) {
  return {
    schemaVersion: '1.0',
    kind,
    runId: `example-${seed}`,
    seq: final ? step : Math.floor(step / 5),
    source: {
      producer: 'example 1.0',
      title,
      step,
      totalSteps: Math.max(step, 500),
      time: 1_780_000_000_000 + step * 100,
      final,
      status: final ? 'finished' : 'running'
    },
    data
  };
}

export function shares(counts) {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.map((c) => (total > 0 ? round(c / total) : 0));
}

export function round(x) {
  return Number(x.toPrecision(4));
}

export function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
