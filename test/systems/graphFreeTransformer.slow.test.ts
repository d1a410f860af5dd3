import { core, graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { correlationOf, forceError, moleculesOf, train, turned } from '../support/pairPotential';

const WIDTHS = [4, 8, 16, 32, 64];

/** Parameters and error of forces after 300 steps, each on 32 of 768 molecules. */
function scaled(width: number, seed: number): graph.probes.PowerLawSample {
  const model = new graph.CoordinateTransformer({ width, layers: 2, heads: 2, random: core.Random.fromSeed(seed) });
  train(model, Array.from({ length: 24 }, (_, i) => moleculesOf(32, 100 * seed + i)), { steps: 300, learningRate: 0.005 }); // prettier-ignore
  const size = [...model.parameters().values()].reduce((sum, parameter) => sum + parameter.size, 0);
  const loss = forceError(model, moleculesOf(40, 9000 + seed));
  model.dispose();
  return { size, loss };
}

/** Errors of forces, and attention by distance, after 150 steps on 96 molecules. */
function trained(width: number, seed: number, options: { turn?: boolean; bump?: boolean } = {}) {
  const { turn = false, bump = false } = options;
  const model = new graph.CoordinateTransformer({ width, layers: 2, heads: 2, random: core.Random.fromSeed(seed) });
  train(model, [moleculesOf(96, seed, bump)], { steps: 150, turn });
  const unseen = moleculesOf(40, 9000 + seed, bump);
  const found = { error: forceError(model, unseen), turned: forceError(model, turned(unseen)), correlation: correlationOf(model, unseen) }; // prettier-ignore
  model.dispose();
  return found;
}

test('[graph-free-molecular-transformer] turned molecules without and with turns in training, attention by distance of two potentials, and errors of forces as a power of parameters', async () => {
  const found = await overTenSeeds('graph-free-molecular-transformer', (seed) => {
    const [plain, augmented, bump] = [trained(16, seed), trained(16, seed, { turn: true }), trained(16, seed, { bump: true })]; // prettier-ignore
    const law = graph.probes.powerLaw(WIDTHS.map((width) => scaled(width, seed)));
    return {
      ...{ learnt: 0.5 - plain.error, turnedIsWorse: plain.turned - plain.error - 0.2 },
      ...{ turnsHelp: plain.turned - augmented.turned, leftOver: augmented.turned - 0.05 },
      ...{ falling: -plain.correlation, bump: -bump.correlation, exponent: law.exponent, fit: law.rSquared }
    };
  });
  expect([found.learnt.verdict, found.turnedIsWorse.verdict]).toEqual(['above', 'above']);
  expect([found.turnsHelp.verdict, found.leftOver.verdict, found.falling.verdict, found.exponent.verdict]).toEqual(['above', 'above', 'above', 'above']); // prettier-ignore
});
