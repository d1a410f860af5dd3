import type { Setting } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import {
  configurationOf,
  configurationTable,
  differencesTable,
  differing,
  distinctTitles
} from '../../../extension/base/configuration';
import type { IRun } from '../../../extension/base/payloads';
import { routing, trans } from '../support/payloads';

function run(key: string, title: string, configuration?: Record<string, Setting>): IRun {
  const payload = routing();
  const source = { ...payload.source, title, ...(configuration ? { configuration } : {}) };
  return { key, reading: { payload: { ...payload, runId: key, source } }, live: false, receivedAt: 0 };
}

test('only what is not the same in all differs, also what some have not', () => {
  expect(
    differing([
      { seed: 1, k: 2 },
      { seed: 2, k: 2 }
    ])
  ).toEqual(['seed']);
  expect(differing([{ k: 2 }, { k: 2, balance: 'bias' }, { k: 2 }])).toEqual(['balance']);
  expect(differing([{ k: 2 }, { k: '2' }])).toEqual(['k']);
  expect(differing([{ k: 2 }])).toEqual([]);
});

test('runs of one title say in what they differ among themselves, at most three settings; others do not', () => {
  const runs = [
    run('a', 'model', { seed: 1, k: 2, rate: 0.1, steps: 5, width: 8 }),
    run('b', 'model', { seed: 2, k: 1, rate: 0.2, steps: 6, width: 8 }),
    run('c', 'another', { seed: 3 }),
    run('d', 'model')
  ];
  expect(distinctTitles(runs, trans)).toEqual([
    'model, seed 1, k 2, rate 0.1',
    'model, seed 2, k 1, rate 0.2',
    'another',
    'model'
  ]);
});

test('a run of an older version has no settings, and two alike keep their title', () => {
  expect(configurationOf(run('a', 'model'))).toEqual({});
  expect(distinctTitles([run('a', 'model', { seed: 1 }), run('b', 'model', { seed: 1 })], trans)).toEqual([
    'model',
    'model'
  ]);
});

test('tables have all settings of a run, and of several those that differ', () => {
  expect(configurationTable({ seed: 1, shared: true }, trans).rows).toEqual([
    ['seed', '1'],
    ['shared', 'true']
  ]);
  const [a, b] = [
    { title: 'a', configuration: { seed: 1, k: 2 } },
    { title: 'b', configuration: { seed: 1, balance: 'bias', k: 1 } }
  ];
  expect(differencesTable([a, b], trans)).toEqual({
    columns: ['setting', 'a', 'b'],
    rows: [
      ['k', '2', '1'],
      ['balance', '–', 'bias']
    ]
  });
});
