import { core, models, moe, routers, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { overTenSeeds } from '../support/paired';
import { fitLayer, makePieces } from '../support/pieces';

const { analysis } = moe;

/** Root mean square of ln L where each size and count in turn is left out of the fit. */
function heldOutError(samples: readonly moe.analysis.ScalingSample[], fit: 'logBilinear' | 'separable'): number {
  const squares = samples.map((sample) => {
    const others = samples.filter(({ params, experts }) => params !== sample.params || experts !== sample.experts);
    const law = analysis.scalingLaw(others, { fit });
    return Math.log(analysis.predictLoss(law, sample) / sample.loss) ** 2;
  });
  return Math.sqrt(squares.reduce((a, b) => a + b) / squares.length);
}

/** Loss of a character model on planted text that it did not see; N is what one of its experts holds. */
async function lossOf(width: number, experts: number, seed: number): Promise<moe.analysis.ScalingSample> {
  const text = makeLanguage({ seed });
  const model = models.moeTransformer({
    ...{ layers: 1, width, contextLength: 16, vocabSize: text.vocabSize, seed },
    ...{ experts, router: routers.topK({ k: 1, balance: experts === 1 ? {} : { bias: { rate: 0.01 } } }) }
  });
  const { validation } = await train.fit(model, text, {
    ...{ steps: 150, seed, batchSize: 16, length: 16, learningRate: 0.01, evaluateEvery: 150, progress: false }
  });
  const layer = [...model.modules().values()].find(moe.isMoeLayer)!;
  const params = layer.experts.countParameters() / experts;
  model.dispose();
  return { params, experts, loss: validation.at(-1)!.loss };
}

/** Loss on a planted task of a layer of experts; N is what one of them holds. */
async function errorOf(hidden: number, experts: number, seed: number): Promise<moe.analysis.ScalingSample> {
  const task = makePieces({ width: 16, seed });
  // One expert has no load to balance.
  const balance = experts === 1 ? {} : { bias: { rate: 0.01 } };
  const router = routers.topK({ k: 1, balance });
  const layer = moe.layer({ router, experts: experts, width: 16, hidden, random: core.Random.fromSeed(seed) });
  const params = layer.experts.countParameters() / experts;
  const { loss } = await fitLayer(layer, task, { steps: 100, numTokens: 128, seed });
  layer.dispose();
  task.dispose();
  return { params, experts, loss };
}

const grid = async (
  sizes: readonly number[],
  of: (size: number, experts: number) => Promise<moe.analysis.ScalingSample>
): Promise<moe.analysis.ScalingSample[]> => {
  const samples: moe.analysis.ScalingSample[] = [];
  for (const size of sizes) {
    for (const experts of [1, 2, 4, 8]) {
      samples.push(await of(size, experts));
    }
  }
  return samples;
};

/** The exponents, and the error on sizes and counts left out less that of the separable law. */
const fitted = (samples: readonly moe.analysis.ScalingSample[]) => {
  const { a, b, c } = analysis.scalingLaw(samples);
  return { a, b, c, error: heldOutError(samples, 'logBilinear') - heldOutError(samples, 'separable') };
};

test('[routed-lm-scaling-laws] on layers of a planted task, parameters and experts help, and experts less where there are more parameters', async () => {
  const { a, b, c, error } = await overTenSeeds('routed-lm-scaling-laws, layers', async (seed) =>
    fitted(await grid([4, 8, 16], (hidden, experts) => errorOf(hidden, experts, seed)))
  );
  // The laws foretell alike what was left out.
  expect([a, b, c, error].map(({ verdict }) => verdict)).toEqual(['below', 'below', 'above', 'undecided']);
});

test('[routed-lm-scaling-laws] on text, the interaction of size and experts, and the error left out less that of the separable law', async () => {
  const { c, error } = await overTenSeeds('routed-lm-scaling-laws, text', async (seed) =>
    fitted(await grid([4, 8, 16], (width, experts) => lossOf(width, experts, seed)))
  );
  // Claimed is that c is above 0.
  expect([c.verdict, error.verdict]).toEqual(['below', 'undecided']);
});
