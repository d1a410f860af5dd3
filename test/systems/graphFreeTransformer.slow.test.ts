import { core, graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { correlationOf, forceError, moleculesOf, train, turned } from '../support/pairPotential';

const WIDTHS = [4, 8, 16, 32, 64];

/** Errors of forces, and attention by distance, after 150 steps on 96 molecules. */
function trained(width: number, seed: number, options: { turn?: boolean; bump?: boolean } = {}) {
  const { turn = false, bump = false } = options;
  const model = new graph.CoordinateTransformer({ width, layers: 2, heads: 2, random: core.Random.fromSeed(seed) });
  train(model, moleculesOf(96, seed, bump), { steps: 150, turn });
  const unseen = moleculesOf(40, 9000 + seed, bump);
  const parameters = [...model.parameters().values()].reduce((sum, { size }) => sum + size, 0);
  const found = { parameters, error: forceError(model, unseen), turned: forceError(model, turned(unseen)), correlation: correlationOf(model, unseen) }; // prettier-ignore
  model.dispose();
  return found;
}

test('[graph-free-molecular-transformer] turned molecules without and with turns in training, attention by distance of two potentials, and errors of forces as a power of parameters', async () => {
  const found = await overTenSeeds('graph-free-molecular-transformer', (seed) => {
    const [plain, augmented, bump] = [trained(16, seed), trained(16, seed, { turn: true }), trained(16, seed, { bump: true })]; // prettier-ignore
    const law = graph.probes.powerLaw(WIDTHS.map((width) => trained(width, seed)).map(({ parameters, error }) => ({ size: parameters, loss: error }))); // prettier-ignore
    return {
      ...{ turnsHelp: plain.turned - augmented.turned, leftOver: augmented.turned - 0.05 },
      ...{ falling: -plain.correlation, bump: -bump.correlation, exponent: law.exponent, fit: law.rSquared }
    };
  });
  expect([found.turnsHelp.verdict, found.leftOver.verdict, found.falling.verdict, found.exponent.verdict]).toEqual(['above', 'above', 'above', 'above']); // prettier-ignore
});
