import { readFileSync } from 'fs';
import { join } from 'path';
import { nas } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { branin, hartmann6 } from '../support/functions';

interface Case {
  function: 'branin' | 'hartmann6';
  sampler: 'tpe' | 'cmaes' | 'qmc' | 'nsga2' | 'random';
  seed: number;
  ranges: [number, number][];
  values: number[];
}

const { cases } = JSON.parse(readFileSync(join(__dirname, 'fixtures/optuna.json'), 'utf8')) as { cases: Case[] };
const functions = { branin, hartmann6 };

test.each(cases)("$sampler on $function suggests what Python's Optuna does by the same seed", async (item) => {
  const { trials } = await nas.study({
    space: nas.space(Object.fromEntries(item.ranges.map(([low, high], i) => [`x${i}`, nas.float(low, high)]))),
    evaluate: ({ candidate }) => functions[item.function](Object.values(candidate) as number[]),
    strategy: nas.optuna({ sampler: item.sampler, seed: item.seed }),
    ...{ storage: 'optuna-memory', trials: item.values.length, progress: false }
  });
  trials.forEach(({ values }, i) => expect(values.value).toBeCloseTo(item.values[i], 9));
});
