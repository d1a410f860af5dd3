import { PayloadError } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import type { IRun } from '../../../extension/base/payloads';
import { emptySentence, problemSentence, runState, STALE_AFTER, stateSentence } from '../../../extension/base/runState';
import { routing, trans } from '../support/payloads';

const payload = routing();
const run = (live: boolean, receivedAt = 0): IRun => ({ key: payload.runId, reading: { payload }, live, receivedAt });

test('a run that says how it ended is in that state, kernel or not', () => {
  const finished = routing('finished');
  expect(runState(finished, run(false), 'none', 0)).toBe('finished');
});

test('a running run needs a kernel, and snapshots of this kernel', () => {
  expect(runState(payload, run(true), 'none', 0)).toBe('disconnected');
  expect(runState(payload, run(false), 'busy', 0)).toBe('stale');
  expect(runState(payload, run(true), 'busy', 1e9)).toBe('running');
});

test('on an idle kernel a run goes stale after a while: it may go on in the background', () => {
  expect(runState(payload, run(true, 1000), 'idle', 1000 + STALE_AFTER - 1)).toBe('running');
  expect(runState(payload, run(true, 1000), 'idle', 1000 + STALE_AFTER)).toBe('stale');
});

test('every state that needs words has its own', () => {
  const problems = (['malformed', 'too-new', 'too-large', 'unknown-kind'] as const).map((reason) =>
    problemSentence({ problem: new PayloadError(reason, '$', 'must be so', 1) }, trans)
  );
  const states = (['stale', 'disconnected', 'stopped', 'failed'] as const).map((state) =>
    stateSentence(state, 3, trans)
  );
  const sentences = [...problems, ...states, emptySentence(trans)];
  expect(new Set(sentences).size).toBe(sentences.length);
  expect(sentences.every((sentence) => sentence.length > 20)).toBe(true);
  expect(stateSentence('running', 3, trans)).toBe('');
});
