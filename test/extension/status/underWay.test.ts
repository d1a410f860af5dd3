import type { Payload } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import type { IPayloads, IRun } from '../../../extension/base/payloads';
import { NO_PAYLOADS } from '../../../extension/base/payloads';
import { briefWords, underWay } from '../../../extension/status/underWay';
import { kind, routing, trans, training } from '../support/payloads';

const run = (payload: Payload, facts: Partial<IRun> = {}): IRun => ({
  ...{ key: payload.runId, reading: { payload }, live: true, receivedAt: 0 },
  ...facts
});
const notebook = (...runs: IRun[]): IPayloads => ({
  ...NO_PAYLOADS,
  kernel: 'connected',
  cells: new Map([['a', runs]])
});
const at = <P extends Payload>(payload: P, step: number, totalSteps: number | null): P => ({
  ...payload,
  source: { ...payload.source, step, totalSteps, status: 'running' }
});

test('a run is said in a few words: how far it is, and the number that matters most', () => {
  const routed = at(routing('small'), 192, 800);
  routed.data.layers.forEach((layer, i) => (layer.maxVio = [1.05, 0.2, null][i] ?? 0));
  expect(briefWords(routed, false, trans)).toBe('training 192 of 800, MaxVio 1.05');
  expect(briefWords(routed, true, trans)).toBe('paused at 192 of 800, MaxVio 1.05');
  routed.data.layers.forEach((layer) => (layer.maxVio = null));
  expect(briefWords(routed, false, trans)).toBe('training 192 of 800');
  const plain = at(training(), 7, null);
  plain.data = { steps: [6, 7], scalars: { 'loss/train': [3, 2.5] } };
  expect(briefWords(plain, false, trans)).toBe('training 7, loss 2.500');
  plain.data = { steps: [], scalars: {} };
  expect(briefWords(plain, false, trans)).toBe('training 7');
});

test('of several runs it is the one under way that was heard last; what is over, lost or no training is none', () => {
  const under = at(routing(), 1, 9);
  const [early, late] = [run(under, { key: 'early', receivedAt: 1 }), run(under, { key: 'late', receivedAt: 2 })];
  expect(underWay(notebook(early, late), 0)?.key).toBe('late');
  expect(underWay(notebook(early, { ...late, told: 'stopped' }), 0)?.key).toBe('early');
  expect(underWay(notebook({ ...late, told: 'paused' }), 0)?.key).toBe('late');
  expect(underWay(notebook(run(routing('finished'))), 0)).toBeUndefined();
  expect(underWay(notebook({ ...late, live: false }), 0)).toBeUndefined();
  expect(underWay(notebook(run(at(kind('masks'), 1, 2))), 0)).toBeUndefined();
  expect(underWay({ ...NO_PAYLOADS, kernel: 'connected', heard: new Map([['late', late]]) }, 0)?.key).toBe('late');
});
