import { protocol } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const status = { type: 'status', runId: 'r', state: 'paused', step: 3, probe: null, problem: null };

test('requests and states of the contract are read, with nothing added to them', () => {
  for (const type of ['pause', 'resume', 'step', 'stop']) {
    expect(protocol.parseControlRequest({ type, more: 1 })).toEqual({ type });
  }
  expect(protocol.parseControlRequest({ type: 'probe', text: 'a' })).toEqual({ type: 'probe', text: 'a' });
  expect(protocol.parseControlRequest({ type: 'probe', text: null })).toEqual({ type: 'probe', text: null });
  expect(protocol.parseControlStatus({ ...status, more: 1 })).toEqual(status);
});

test('all else is nothing', () => {
  const long = 'a'.repeat(protocol.MAX_PROBE_TEXT + 1);
  for (const value of [null, 'pause', [], {}, { type: 'dance' }, { type: 'probe' }, { type: 'probe', text: long }]) {
    expect(protocol.parseControlRequest(value)).toBeNull();
  }
  const wrong = { runId: 1, state: 'asleep', step: 0.5, probe: 1, problem: undefined, type: 'state' };
  for (const [field, value] of Object.entries(wrong)) {
    expect(protocol.parseControlStatus({ ...status, [field]: value })).toBeNull();
  }
});
