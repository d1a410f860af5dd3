import { protocol } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { routingExample } from '../../support/payloads';

const status = { type: 'status', runId: 'r', state: 'paused', step: 3, probe: null, problem: null };

test('requests and states of the contract are read, with nothing added to them', () => {
  for (const type of ['pause', 'resume', 'step', 'stop']) {
    expect(protocol.parseControlRequest({ type, more: 1 })).toEqual({ type });
  }
  expect(protocol.parseControlRequest({ type: 'probe', text: 'a' })).toEqual({ type: 'probe', text: 'a' });
  expect(protocol.parseControlRequest({ type: 'probe', text: null })).toEqual({ type: 'probe', text: null });
  expect(protocol.parseControlRequest({ type: 'details', layer: 'a', more: 1 })).toEqual({
    type: 'details',
    layer: 'a'
  });
  expect(protocol.parseControlStatus({ ...status, more: 1 })).toEqual(status);
  const ablation = { layer: 'layers.0.moe', expert: 3, mode: 'only' };
  expect(protocol.parseControlRequest({ type: 'ablate', ablation: { ...ablation, more: 1 } })).toEqual({
    type: 'ablate',
    ablation
  });
  expect(protocol.parseControlRequest({ type: 'ablate', ablation: null })).toEqual({ type: 'ablate', ablation: null });
  for (const known of [null, ablation]) {
    expect(protocol.parseControlStatus({ ...status, ablation: known })).toEqual({ ...status, ablation: known });
  }
  // Of a kernel that says something else it is not known.
  expect(protocol.parseControlStatus({ ...status, ablation: 3 })).toEqual(status);
});

test('details are a payload of the contract that may be larger than an output', () => {
  const payload = routingExample('finished');
  const details = { type: 'details', layer: 'layers.0.moe', payload };
  expect(protocol.parseControlDetails(details)).toEqual(details);
  const large = { ...payload, padding: 'a'.repeat(protocol.MAX_PAYLOAD_BYTES) };
  expect(protocol.parseControlDetails({ ...details, payload: large })).toEqual({ ...details, payload: large });
  const vast = { ...payload, padding: 'a'.repeat(protocol.MAX_DETAILED_BYTES) };
  const bad = { ...payload, seq: -1 };
  for (const wrong of [{ payload: vast }, { payload: bad }, { layer: 1 }, { type: 'status' }]) {
    expect(protocol.parseControlDetails({ ...details, ...wrong })).toBeNull();
  }
});

test('all else is nothing', () => {
  const long = 'a'.repeat(protocol.MAX_PROBE_TEXT + 1);
  for (const value of [
    null,
    'pause',
    [],
    {},
    { type: 'dance' },
    { type: 'probe' },
    { type: 'probe', text: long },
    { type: 'details' },
    { type: 'ablate' },
    { type: 'ablate', ablation: { layer: 'a', expert: -1, mode: 'only' } },
    { type: 'ablate', ablation: { layer: 'a', expert: 1, mode: 'half' } }
  ]) {
    expect(protocol.parseControlRequest(value)).toBeNull();
  }
  const wrong = { runId: 1, state: 'asleep', step: 0.5, probe: 1, problem: undefined, type: 'state' };
  for (const [field, value] of Object.entries(wrong)) {
    expect(protocol.parseControlStatus({ ...status, [field]: value })).toBeNull();
  }
});
