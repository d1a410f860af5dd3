import { core, graph } from '@switchyard/kernel-lib';

/** Themes of words, and what a text of a class is made of. */
export const [THEMES, WORDS, LENGTH] = [8, 6, 6];
export const VOCAB = THEMES * WORDS + 12;

/**
 * A graph of texts: nodes of a class are joined more often than others, and the words of a text are those of the themes of its class, the first of a theme most often, or noise.
 *
 * @param classes - Themes of each class.
 */
export function textGraph(
  classes: readonly (readonly number[])[],
  { size = 24, within = 0.2, between = 0.02, noise = 0.5, seed = 1 } = {}
) {
  const g = graph.generators.stochasticBlockModel({
    sizes: classes.map(() => size),
    probabilities: classes.map((_, a) => classes.map((_unused, b) => (a === b ? within : between))),
    seed
  });
  const next = core.Random.fromSeed(seed).child('texts').generator();
  const pick = (count: number): number => Math.floor(next() * count);
  const texts = Array.from(g.nodeTypes!, (label) =>
    Array.from({ length: LENGTH }, () => {
      const themes = classes[label];
      return next() < noise
        ? THEMES * WORDS + pick(12)
        : themes[pick(themes.length)] * WORDS + Math.min(pick(WORDS), pick(WORDS));
    })
  );
  return { g, texts, labels: g.nodeTypes! };
}
