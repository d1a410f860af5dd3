import { models, nas, prune, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds, TEN_SEEDS } from '../support/paired';
import { reberInputs, reberStrings, VOCABULARY } from '../support/reber';

const options = { learningRate: 0.01, weightDecay: 0, progress: false, evaluateEvery: 0 } as const;
const labelled = (seed: number, count: number) => {
  const { texts, labels } = reberStrings(count, seed);
  return { inputs: reberInputs(texts), labels };
};
const taskOf = (seed: number) => {
  const [seen, validation] = [labelled(seed, 1024), labelled(seed + 1000, 512)];
  const task = train.tasks.classification({ ...seen, batchSize: 64, validation });
  return { task, end: () => [seen.inputs, validation.inputs].forEach((each) => each.dispose()) };
};
const make = (cell: models.RecurrentNetworkOptions['cell'], seed: number) =>
  models.recurrentNetwork({ vocabSize: VOCABULARY, width: 8, hidden: [24], cell, classes: 2, seed });

test.each(['tanh', 'relu', 'gru', 'lstm'] as const)(
  '[rnn-sparsity-thesis] %s: accuracy by sparsity, before and after recovery',
  async (cell) => {
    const found = await overTenSeeds(
      `rnn-sparsity-thesis, ${cell}, accuracy less that of the dense network`,
      async (seed) => {
        const { task, end } = taskOf(seed);
        const dense = make(cell, seed);
        await train.fit(dense, task, { ...options, steps: 250, seed });
        const accuracyOf = async (model: models.RecurrentNetwork) => (await train.evaluate(model, task)).accuracy;
        const whole = await accuracyOf(dense);
        const differences: Record<string, number> = {};
        for (const sparsity of [0.5, 0.8, 0.95]) {
          const { model } = prune.unstructured(dense, { sparsity });
          differences[`${sparsity}`] = (await accuracyOf(model)) - whole;
          await train.fit(model, task, { ...options, steps: 60, seed: seed + 1 });
          differences[`${sparsity}, recovered`] = (await accuracyOf(model)) - whole;
          model.dispose();
        }
        dense.dispose();
        end();
        return differences;
      }
    );
    expect(found['0.95'].verdict).toBe('below');
    expect(found['0.8, recovered'].mean).toBeGreaterThan(found['0.8'].mean);
  }
);

test('[rnn-sparsity-thesis] accuracy of networks of random graphs, and measures of the graphs', async () => {
  const rows: Record<string, number>[] = [];
  for (const seed of TEN_SEEDS) {
    const { task, end } = taskOf(seed);
    const graphs = [
      nas.randomGraph({ kind: 'erdosRenyi', nodes: 24, probability: 0.1 + 0.02 * (seed % 5), seed }),
      nas.randomGraph({ kind: 'wattsStrogatz', nodes: 24, neighbours: 4, probability: (seed % 10) / 10, seed }),
      nas.randomGraph({ kind: 'barabasiAlbert', nodes: 24, attached: 1 + (seed % 4), seed })
    ];
    for (const graph of graphs) {
      const dense = make('tanh', seed);
      const { model } = prune.graphMask(dense, { graph });
      await train.fit(model, task, { ...options, steps: 250, seed });
      rows.push({ accuracy: (await train.evaluate(model, task)).accuracy, ...nas.graphMeasures(graph) });
      [dense, model].forEach((each) => each.dispose());
    }
    end();
  }
  for (const name of ['density', 'clustering', 'pathLength', 'degreeDeviation']) {
    const { r, low, high } = correlation(rows.map((row) => row[name]), rows.map(({ accuracy }) => accuracy)); // prettier-ignore
    console.warn(`rnn-sparsity-thesis: accuracy with ${name}: r ${r.toFixed(2)}, 95 % ${low.toFixed(2)} to ${high.toFixed(2)}, ${rows.length} graphs`); // prettier-ignore
    expect(Number.isFinite(r)).toBe(true);
  }
});

/** Pearson's correlation with its 95 % interval (Fisher's transformation). */
function correlation(a: number[], b: number[]): { r: number; low: number; high: number } {
  const mean = (of: number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
  const away = (of: number[]) => of.map((each) => each - mean(of));
  const [x, y] = [away(a), away(b)];
  const dot = (p: number[], q: number[]) => p.reduce((sum, each, i) => sum + each * q[i], 0);
  const r = dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  const half = 1.96 / Math.sqrt(a.length - 3);
  return { r, low: Math.tanh(Math.atanh(r) - half), high: Math.tanh(Math.atanh(r) + half) };
}
