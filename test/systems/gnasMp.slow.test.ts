import { core, graph, nas, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { overTenSeeds } from '../support/paired';
import { makeNetwork, options, ring, STEPS, threeAway } from '../support/threeAway';

test('[gnas-mp] labels from three nodes away: networks that are found against networks that are drawn and trained as long, and how often the depth is three', async () => {
  const { overRandom, lostBySettling, foundThree } = await overTenSeeds(
    'gnas-mp, share of variance explained',
    async (seed) => {
      const { task, explained, dispose } = threeAway(seed);
      const network = makeNetwork(seed);
      const model = new graph.OnGraph(ring, network);
      await nas.darts(model, { ...options, task, validation: task, order: 'first', architectureRate: 0.1, architectureDecay: 0, seed }); // prettier-ignore
      const [depth, whole] = [network.depth, explained(model)];
      nas.settle(model);
      const found = explained(model);
      const other = makeNetwork(seed);
      const next = core.Random.fromSeed(seed).child('drawn').generator();
      for (let level = 0; level < 5; level++) {
        const drawn = Math.floor(next() * 3);
        setValue(other, `levels.${level}.alpha`, () => tf.tensor1d([0, 1, 2].map((i) => (i === drawn ? 20 : 0))));
        other.parameters().get(`levels.${level}.alpha`)!.trainable = false;
      }
      const drawn = new graph.OnGraph(ring, other);
      const stepper = train.stepper(drawn, task, options);
      Array.from({ length: STEPS }, () => stepper.step());
      stepper.dispose();
      const byChance = explained(drawn);
      dispose();
      [model, drawn].forEach((each) => each.dispose());
      return { overRandom: found - byChance, lostBySettling: whole - found, foundThree: depth === 3 ? 1 : 0 };
    }
  );
  [overRandom, lostBySettling, foundThree].forEach(({ mean }) => expect(Number.isFinite(mean)).toBe(true));
});
