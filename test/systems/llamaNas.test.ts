import { core, elastic, models, nas, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf } from '../support/networks';
import { expectClose } from '../support/numeric';

const model = models.denseTransformer({ layers: 6, width: 8, heads: 2, contextLength: 6, vocabSize: 13, hidden: 24, gated: true }); // prettier-ignore
const net = elastic.supernet(model, { sizes: { '**.hidden': [1 / 3, 2 / 3, 1] }, depths: { layers: [4, 5, 6] } });
const ids = tf.tensor2d([[1, 2, 3, 4, 9, 12]], [1, 6], 'int32');

/** A planted loss: layers matter more the later they are, and each block adds; parameters as they are. */
const lossOf = (point: elastic.SubnetPoint): number =>
  Object.entries(point).reduce((sum, [name, value], i) => sum + (name === 'layers' ? 0.8 * (6 - value) ** 1.5 : (1 + i) * 0.3 * (1 - value) ** 2), 1); // prettier-ignore

async function front(strategy: nas.Strategy, seed: number): Promise<number[][]> {
  const space = elastic.space(net);
  const result = await nas.study({
    ...{ space, strategy, trials: 100, seed, storage: 'memory', progress: false },
    objectives: [
      { name: 'loss', better: 'lower' },
      { name: 'parameters', better: 'lower' }
    ],
    evaluate: ({ candidate }) => {
      const point = space.subnetPoint(candidate);
      return { loss: lossOf(point), parameters: net.subnet(point).cost().parameters };
    }
  });
  // Every member of the front is a model without retraining, and the slice in place.
  const { candidate } = result.front[0];
  const point = space.subnetPoint(candidate);
  const { model: own } = elastic.extract(model, net.choice(point));
  expectClose(outputOf(own, ids), tf.tidy(() => net.subnet(point).apply(ids, core.Context.create()).dataSync()), 1e-6); // prettier-ignore
  own.dispose();
  return result.front.map(({ values }) => [values.loss, values.parameters]);
}

describe('LLaMA-NAS [llama-nas]', () => {
  test('genetic search over depth and widths: its front of 100 trials has more volume than that of random search, for each of three seeds', async () => {
    const reference = [lossOf(net.smallest) + 1, model.countParameters() + 1];
    for (const seed of [1, 2, 3]) {
      const [found, drawn] = [await front(nas.genetic(), seed), await front(nas.random(), seed)];
      expect(nas.nonDominated(found)).toHaveLength(found.length);
      expect(nas.hypervolume(found, reference)).toBeGreaterThan(nas.hypervolume(drawn, reference));
    }
  });
});
