import { core, type routing } from '@switchyard/kernel-lib';

export interface Queries extends routing.QueryTable {
  /** The first of them, and the rest. */
  split(count: number): { train: routing.QueryTable; test: routing.QueryTable };
}

/**
 * Queries in the plane, each model good near its own places (quality is a sum of bumps, smooth but not linear); dearer models are
 * a little better everywhere. `shuffled` deals the qualities to other queries, so that places say nothing.
 */
export function makeQueries({
  seed,
  queries = 400,
  models = 4,
  bumps = 6,
  shuffled = false
}: {
  seed: number;
  queries?: number;
  models?: number;
  bumps?: number;
  shuffled?: boolean;
}): Queries {
  const random = core.Random.fromSeed(seed).child('queries');
  const next = random.generator();
  const index = Array.from({ length: models }, (_, i) => i);
  const centres = index.map(() => Array.from({ length: bumps }, () => [next(), next()]));
  const features = Array.from({ length: queries }, () => [next(), next()]);
  const rows = features.map(([x, y]) =>
    index.map((model) => {
      const near = centres[model].map(([a, b]) => Math.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * 0.1 ** 2)));
      return Math.max(...near) + 0.05 * model + 0.05 * next();
    })
  );
  const quality = shuffled ? random.shuffle(rows) : rows;
  const cost = features.map(() => index.map((model) => 1 + model));
  const table = { models: index.map((i) => `model ${i}`), features, quality, cost };
  const part = (from: number, to?: number): routing.QueryTable => ({
    models: table.models,
    features: features.slice(from, to),
    quality: quality.slice(from, to),
    cost: cost.slice(from, to)
  });
  return { ...table, split: (count) => ({ train: part(0, count), test: part(count) }) };
}
