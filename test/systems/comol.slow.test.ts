import { peft, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { firstChoices, makeConflict, mutualInformation, recordsOf } from '../support/conflict';
import { frozenLinear } from '../support/networks';
import { overTenSeeds } from '../support/paired';
import { errorOf, regress } from '../support/regression';

test('[comol] error of one adapter less that of cores on four maps in conflict, and what routing tells of the map, less half a bit', async () => {
  const { gain, information } = await overTenSeeds('comol', (seed) => {
    const network = frozenLinear(seed);
    const { batches, tasks } = makeConflict(frozenLinear(seed), { tasks: 4, rank: 4, seed });
    const measure = (adapters: peft.Adapters) => {
      regress(adapters, batches, { steps: 300, seed });
      const { x, y } = batches(9_000_000);
      const records = recordsOf(adapters, x);
      tf.dispose([x, y]);
      const information = records.length === 0 ? 0 : mutualInformation(firstChoices(records[0]), tasks);
      const result = { error: errorOf(adapters, batches), trained: adapters.trainableShare().trainable, information };
      adapters.remove();
      return result;
    };
    const cores = { targets: ['0'], granularity: 'coreSpace' as const, experts: 4, rank: 8, balanceLoss: 0, seed };
    const mixed = measure(peft.moeLora(network, cores));
    const single = measure(peft.lora(network, { targets: ['0'], rank: 17, seed }));
    expect(mixed.trained).toBeLessThanOrEqual(single.trained);
    network.dispose();
    return { gain: single.error - mixed.error, information: mixed.information - 0.5 };
  });
  expect([gain.verdict, information.verdict]).toEqual(['above', 'above']);
});
