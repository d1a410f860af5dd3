import { isStill, PayloadError } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import type { IRun, KernelState } from '../../../extension/base/payloads';
import {
  emptySentence,
  problemSentence,
  progressWords,
  RUN_STATES,
  runState,
  STALE_AFTER,
  stateSentence
} from '../../../extension/base/runState';
import type { RunState } from '../../../extension/base/runState';
import { routing, trans } from '../support/payloads';

const payload = routing();
const ANSWERED = 1000;
const LATER = ANSWERED + STALE_AFTER;

/** Facts about a run whose last snapshot says that it is running, and the state that follows, one second after the last of them. */
const TABLE: [what: string, run: Partial<IRun>, kernel: KernelState, state: RunState, now?: number][] = [
  ['no kernel', { live: true, told: 'running' }, 'none', 'disconnected'],
  ['saved, the kernel not asked yet', {}, 'asked', 'asked'],
  ['saved, the kernel has it not', {}, 'connected', 'stale'],
  ['heard, nothing more known', { live: true }, 'connected', 'running'],
  ['heard, silent for a day', { live: true }, 'connected', 'running', 1e8],
  ['heard while the kernel is asked', { live: true }, 'asked', 'running'],
  ['the kernel says that it waits', { live: true, told: 'paused' }, 'connected', 'paused'],
  ['it waits in the background', { live: true, told: 'paused', answeredAt: ANSWERED }, 'connected', 'paused', 1e8],
  ['it goes on in the background', { live: true, told: 'running', answeredAt: ANSWERED }, 'connected', 'running', 1e8],
  ['the kernel says how it ended', { live: true, told: 'stopped' }, 'connected', 'stopped'],
  ['its cell is done', { live: true, receivedAt: ANSWERED, answeredAt: ANSWERED }, 'connected', 'stale'],
  ['heard after its cell', { live: true, receivedAt: ANSWERED + 1, answeredAt: ANSWERED }, 'connected', 'running'],
  ['and then no more', { live: true, receivedAt: ANSWERED + 1, answeredAt: ANSWERED }, 'connected', 'stale', LATER + 1]
];

test.each(TABLE)('%s', (_, facts, kernel, state, now = ANSWERED + 1000) => {
  const run: IRun = { key: payload.runId, reading: { payload }, live: false, receivedAt: 0, ...facts };
  expect(runState(payload, run, kernel, now)).toBe(state);
});

test.each(['none', 'asked', 'connected'] as const)('a run’s own last word holds with kernel %s', (kernel) => {
  for (const status of ['finished', 'stopped', 'failed'] as const) {
    const over = { ...payload, source: { ...payload.source, status } };
    const run: IRun = { key: 'r', reading: { payload: over }, live: true, receivedAt: 0, told: 'running' };
    expect(runState(over, run, kernel, 0)).toBe(status);
  }
});

test('the table above has every state', () => {
  const reached = new Set([...TABLE.map(([, , , state]) => state), 'finished', 'failed']);
  expect([...reached].sort()).toEqual(Object.keys(RUN_STATES).sort());
});

test('every state has a word of its own, and a sentence where the picture does not say it all', () => {
  const source = { ...payload.source, step: 3, problem: 'no memory' };
  const states = Object.keys(RUN_STATES) as RunState[];
  const words = states.map((state) => RUN_STATES[state].label(trans));
  expect(new Set(words).size).toBe(states.length);
  const problems = (['malformed', 'too-new', 'too-large', 'unknown-kind'] as const).map((reason) =>
    problemSentence({ problem: new PayloadError(reason, '$', 'must be so', 1) }, trans)
  );
  const said = states.map((state) => stateSentence(state, source, trans));
  expect(states.filter((_, i) => said[i] === '')).toEqual(['running', 'finished']);
  const sentences = [...said.filter(Boolean), ...problems, emptySentence(trans)];
  expect(new Set(sentences).size).toBe(sentences.length);
  expect(sentences.every((sentence) => sentence.length > 20)).toBe(true);
  expect(stateSentence('failed', source, trans)).toBe('The run failed at step 3: no memory');
  expect(stateSentence('failed', payload.source, trans)).toBe(`The run failed at step ${payload.source.step}.`);
});

test('only what goes on can be paused and stopped', () => {
  const states = Object.keys(RUN_STATES) as RunState[];
  expect(states.filter((state) => RUN_STATES[state].underWay)).toEqual(['running', 'paused']);
});

test('a picture that has no steps says neither step nor state', () => {
  const still = { ...payload.source, step: 0, totalSteps: null, status: 'finished' as const };
  expect(isStill(still)).toBe(true);
  expect(progressWords(still, 'finished', trans)).toBe('');
  const run = { ...payload.source, step: 3, totalSteps: 9 };
  expect(isStill(run)).toBe(false);
  expect(progressWords(run, 'paused', trans)).toBe('step 3 of 9 · paused');
});

test('what a line of progress says of the time left stands only while nobody knows that the run is over', () => {
  const states = Object.keys(RUN_STATES) as RunState[];
  expect(states.filter((state) => !RUN_STATES[state].timeLeft)).toEqual(['finished', 'stopped', 'failed', 'stale']);
  for (const state of states.filter((each) => RUN_STATES[each].underWay)) {
    expect(RUN_STATES[state].timeLeft).toBe(true);
  }
});

test('a run has ended where its kernel said how, and then nothing of it goes on', () => {
  const states = Object.keys(RUN_STATES) as RunState[];
  expect(states.filter((state) => RUN_STATES[state].ended)).toEqual(['finished', 'stopped', 'failed']);
  expect(states.filter((state) => RUN_STATES[state].ended && RUN_STATES[state].underWay)).toEqual([]);
});
