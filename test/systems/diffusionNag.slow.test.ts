import { core, nas } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { CELL_OPERATIONS, deviation, mean, worthOf } from '../support/plantedCells';

/** Of either training: half of the default, so that ten seeds end within minutes. */
const STEPS = 400;

test('[diffusionnag] cells of three nodes with a planted accuracy, drawn with and without a guide, and best of those drawn at random', async () => {
  const space = nas.space.dag({ nodes: 3, operations: CELL_OPERATIONS });
  const worth = (point: nas.Point): number => worthOf(space, point);
  const { valid, overUnguided, overRandom, rise } = await overTenSeeds(
    'diffusionnag, planted accuracy',
    async (seed) => {
      const next = core.Random.fromSeed(seed).child('known').generator();
      const diffusion = await nas.generate.diffusion({ space, steps: STEPS, seed });
      const known = Array.from({ length: 100 }, () => space.sample(next));
      const predictor = await diffusion.predictor(known, known.map(worth), { steps: STEPS, seed });
      const draw = (guidance: number): nas.generate.Generated =>
        diffusion.sample({ count: 100, predictor: predictor.at, guidance, steps: 50, seed });
      const [none, some, much] = [0, 2, 6].map(draw);
      diffusion.dispose();
      predictor.network.dispose();
      const [ofNone, ofSome, ofMuch, ofRandom] = [none.points, some.points, much.points, known].map((points) => points.map(worth)); // prettier-ignore
      return {
        // Above 0 where more than nine of ten are graphs.
        valid: Math.min(none.valid, some.valid, much.valid) - 0.9,
        // In standard deviations, less one.
        overUnguided: (mean(ofMuch) - mean(ofNone)) / deviation(ofNone) - 1,
        overRandom: (mean(ofMuch) - mean(ofRandom)) / deviation(ofRandom) - 1,
        rise: mean(ofMuch) - mean(ofSome)
      };
    }
  );
  [overUnguided, overRandom, rise].forEach(({ verdict }) => expect(verdict).toBe('above'));
  expect(Number.isFinite(valid.mean)).toBe(true);
});
