import { core, moe, routers } from '@switchyard/kernel-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { fitLayer, makePieces } from '../support/pieces';

const { analysis } = moe;
const SIZES = [4, 8, 16];
const COUNTS = [1, 2, 4, 8];
const SEEDS = [0, 1, 2];
const WIDTH = 16;

/** Loss on a planted task of a layer of experts; N is what one of them holds. */
async function train(hidden: number, experts: number, seed: number): Promise<moe.analysis.ScalingSample> {
  const task = makePieces({ width: WIDTH, seed });
  // One expert has no load to balance.
  const balance = experts === 1 ? {} : { bias: { rate: 0.01 } };
  const router = routers.topK({ k: 1, balance });
  const layer = moe.layer({ router, experts: experts, width: WIDTH, hidden, random: core.Random.fromSeed(seed) });
  const params = layer.experts.countParameters() / experts;
  const { loss } = await fitLayer(layer, task, { steps: 100, numTokens: 128, seed });
  layer.dispose();
  task.dispose();
  return { params, experts, loss };
}

/** Root mean square of ln L where each size and count in turn is left out of the fit. */
function heldOutError(samples: readonly moe.analysis.ScalingSample[], fit: 'logBilinear' | 'separable'): number {
  const squares = samples.map((sample) => {
    const others = samples.filter(({ params, experts }) => params !== sample.params || experts !== sample.experts);
    const law = analysis.scalingLaw(others, { fit });
    return Math.log(analysis.predictLoss(law, sample) / sample.loss) ** 2;
  });
  return Math.sqrt(squares.reduce((a, b) => a + b) / squares.length);
}

describe('[routed-lm-scaling-laws]', () => {
  let samples: moe.analysis.ScalingSample[];
  beforeAll(async () => {
    samples = [];
    for (const seed of SEEDS) {
      for (const hidden of SIZES) {
        for (const experts of COUNTS) {
          samples.push(await train(hidden, experts, seed));
        }
      }
    }
  }, 240_000);

  test('planted coefficients are recovered within 5 % from noisy losses', () => {
    // Of the size of the paper's for S-BASE, in natural logarithms.
    const planted = { a: -0.082, b: -0.108, c: 0.0039, d: 2.54 };
    const law = { ...planted, saturation: null, standardErrors: planted, rootMeanSquare: 0 };
    for (let seed = 0; seed < 20; seed++) {
      const next = core.Random.fromSeed(seed).generator();
      const noisy = [1.5e7, 5.5e7, 1.3e8, 3.7e8, 1.3e9].flatMap((params) =>
        [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((experts) => {
          const loss = analysis.predictLoss(law, { params, experts });
          return { params, experts, loss: loss * Math.exp(1e-3 * (2 * next() - 1)) };
        })
      );
      const fitted = analysis.scalingLaw(noisy);
      for (const name of ['a', 'b', 'c', 'd'] as const) {
        // The 5 % are no accident of these seeds: they are at least three standard errors.
        expect(3 * fitted.standardErrors[name]).toBeLessThan(0.05 * Math.abs(planted[name]));
        expect(Math.abs(fitted[name] / planted[name] - 1)).toBeLessThan(0.05);
      }
    }
  });

  test('on trained layers, the bilinear law foretells sizes and counts left out better than the separable one', () => {
    expect(heldOutError(samples, 'logBilinear')).toBeLessThan(heldOutError(samples, 'separable'));
  });

  test('more parameters and more experts help, and experts less where there are more parameters', () => {
    const { a, b, c, standardErrors } = analysis.scalingLaw(samples);
    expect(a).toBeLessThan(-3 * standardErrors.a);
    expect(b).toBeLessThan(-3 * standardErrors.b);
    expect(c).toBeGreaterThan(3 * standardErrors.c);
  });

  test('the effective parameter count is N with one expert, and more with more', () => {
    const law = analysis.scalingLaw(samples);
    const [params] = samples.map((sample) => sample.params);
    const effective = COUNTS.map((experts) => analysis.effectiveParams(law, { params, experts }));
    expect(effective[0]).toBeCloseTo(params, 6);
    expect(effective).toEqual([...effective].sort((x, y) => x - y));
    expect(effective[3]).toBeGreaterThan(1.5 * params);
  });
});
