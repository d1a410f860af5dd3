import type { Payload } from '@switchyard/kernel-lib/protocol';
import { expect, test, vi } from 'vitest';
import type { RunControls } from '../../../extension/control';
import { controlState, overState } from '../../../extension/control';
import { kindOf } from '../../../extension/kinds';
import type { IRun } from '../../../extension/base/payloads';
import { KIND_EXAMPLES } from '../../support/kindExamples';
import { kind, routing, training } from '../support/payloads';

type Status = Payload['source']['status'];

function run(payload: Payload, status: Status): IRun {
  const source = { ...payload.source, status };
  return { key: payload.runId, reading: { payload: { ...payload, source } as Payload }, live: true, receivedAt: 0 };
}

function answering(): { controls: RunControls; state: ReturnType<typeof vi.fn> } {
  const state = vi.fn(() => ({ why: null, status: null }));
  return { controls: { state } as unknown as RunControls, state };
}

test.each([routing(), training()])('a training under way is its kernel’s to hold', (payload) => {
  const { controls } = answering();
  expect(controlState(run(payload, 'running'), controls).why).toBeNull();
  expect(controlState(run(payload, 'running'), null).why).toBe('nothing');
  expect(controlState({ ...run(payload, 'running'), live: false }, controls).why).toBe('nothing');
});

test.each(['finished', 'stopped', 'failed'] as const)('a run that is %s has nothing to hold: nobody asks', (status) => {
  const { controls, state } = answering();
  expect(controlState(run(routing(), status), controls).why).toBe('nothing');
  expect(state).not.toHaveBeenCalled();
});

test.each(['finished', 'stopped', 'failed'] as const)(
  'what the kernel said is %s has nothing to hold, though its last snapshot is to come',
  (told) => {
    const { controls } = answering();
    expect(controlState({ ...run(routing(), 'running'), told }, controls).why).toBe('nothing');
    expect(controlState({ ...run(routing(), 'running'), told: 'paused' }, controls).why).toBeNull();
  }
);

const STILL = KIND_EXAMPLES.filter((name) => !kindOf(kind(name)).steered);

test.each(STILL)('%s is no training, whatever its status', (name) => {
  const { controls, state } = answering();
  expect(controlState(run(kind(name), 'running'), controls).why).toBe('nothing');
  expect(state).not.toHaveBeenCalled();
});

test('without a run there is nothing to hold', () => {
  expect(controlState(undefined, answering().controls).why).toBe('nothing');
});

/** Controls of a kernel that told of the run, or never did. */
function told(status: object | null, why: 'no-channel' | null = null): { controls: RunControls; state: () => unknown } {
  const state = vi.fn(() => ({ why, status }));
  return { controls: { state, knows: () => true } as unknown as RunControls, state };
}

test.each(['finished', 'stopped', 'failed'] as const)(
  'a run that is %s hears texts as long as its kernel keeps it',
  (status) => {
    const over = { ...run(routing(), status), told: status };
    expect(overState(over, told({ probe: null }).controls)).toMatchObject({ why: null, over: true });
    expect(overState(over, told({ probe: null }, 'no-channel').controls)).toMatchObject({
      why: 'no-channel',
      over: true
    });
    // A kernel that told nothing, one that is gone, a run that was saved, and one under way.
    expect(overState(over, told(null, 'no-channel').controls).why).toBe('nothing');
    expect(overState(over, null).why).toBe('nothing');
    const { controls, state } = told({ probe: null });
    expect(overState({ ...over, live: false }, controls).why).toBe('nothing');
    expect(overState(run(routing(), 'running'), controls).why).toBe('nothing');
    expect(state).not.toHaveBeenCalled();
  }
);

test('a kernel that never told of a run is not asked after its end', () => {
  const state = vi.fn();
  const controls = { state, knows: () => false } as unknown as RunControls;
  expect(overState(run(routing(), 'finished'), controls).why).toBe('nothing');
  expect(state).not.toHaveBeenCalled();
});
