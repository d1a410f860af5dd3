/** @file The states that a run can be in, which facts lead to which, and what each one shows: outputs, panels and lists all ask here. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Payload, Source } from '@switchyard/kernel-lib/protocol';
import { isStill, SCHEMA_VERSION } from '@switchyard/kernel-lib/protocol';
import type { IRun, KernelState } from './payloads';
import type { Reading } from './reading';
import type { PayloadStore } from './store';

export type RunState = 'running' | 'paused' | 'finished' | 'stopped' | 'failed' | 'asked' | 'stale' | 'disconnected';

/** A run whose cell is done goes on in the background as long as it is heard of this often, in milliseconds. */
export const STALE_AFTER = 10_000;

/** Words and controls of a state. */
interface IStateWords {
  /** One word. */
  label: (trans: TranslationBundle) => string;
  /** A sentence for states that need one; null where the picture says it all. */
  sentence: ((source: Source, trans: TranslationBundle) => string) | null;
  /** Whether there is something to pause and to stop. */
  underWay: boolean;
  /** Whether its kernel has said how it ended. */
  ended: boolean;
  /** Whether a line of progress that says how long the run still takes may stand: it is true, or nobody knows that it is not. */
  timeLeft: boolean;
}

/** All states, with their words. */
export const RUN_STATES: Readonly<Record<RunState, IStateWords>> = {
  running: { label: (trans) => trans.__('running'), sentence: null, underWay: true, ended: false, timeLeft: true },
  paused: {
    label: (trans) => trans.__('paused'),
    sentence: ({ step }, trans) =>
      trans.__('The run waits after step %1. Its kernel goes on when you resume it.', step),
    underWay: true,
    ended: false,
    timeLeft: true
  },
  finished: { label: (trans) => trans.__('finished'), sentence: null, underWay: false, ended: true, timeLeft: false },
  stopped: {
    label: (trans) => trans.__('stopped'),
    sentence: ({ step }, trans) => trans.__('The run was stopped at step %1.', step),
    underWay: false,
    ended: true,
    timeLeft: false
  },
  failed: {
    label: (trans) => trans.__('failed'),
    sentence: ({ step, problem }, trans) =>
      problem === undefined
        ? trans.__('The run failed at step %1.', step)
        : trans.__('The run failed at step %1: %2', step, problem),
    underWay: false,
    ended: true,
    timeLeft: false
  },
  asked: {
    label: (trans) => trans.__('asking'),
    sentence: ({ step }, trans) =>
      trans.__(
        'This is step %1. The kernel is asked whether it still has this run: one that is busy may answer late.',
        step
      ),
    underWay: false,
    ended: false,
    timeLeft: true
  },
  stale: {
    label: (trans) => trans.__('lost'),
    sentence: ({ step }, trans) =>
      trans.__('No more snapshots arrive: the run ended without its last one. This is step %1.', step),
    underWay: false,
    ended: false,
    timeLeft: false
  },
  disconnected: {
    label: (trans) => trans.__('disconnected'),
    sentence: ({ step }, trans) =>
      trans.__('No kernel is connected. This is the last snapshot that arrived, at step %1.', step),
    underWay: false,
    ended: false,
    timeLeft: true
  }
};

/**
 * A run's own last word; else what its kernel says of it; else what follows from the request that it answers. Silence
 * says nothing: a step may take minutes.
 */
export function runState(payload: Payload, run: IRun, kernel: KernelState, now: number): RunState {
  const { status } = payload.source;
  if (status !== 'running') {
    return status;
  }
  if (kernel === 'none') {
    return 'disconnected';
  }
  if (!run.live) {
    return kernel === 'asked' ? 'asked' : 'stale';
  }
  if (run.told !== undefined) {
    return run.told;
  }
  const { answeredAt, receivedAt } = run;
  return answeredAt === undefined || (receivedAt > answeredAt && now - receivedAt < STALE_AFTER) ? 'running' : 'stale';
}

/** State of a snapshot's run, as far as a notebook knows it. */
export function stateIn({ state }: Pick<PayloadStore, 'state'>, payload: Payload): RunState {
  const run = [...state.cells.values()].flat().find(({ key }) => key === payload.runId);
  return run === undefined ? payload.source.status : runState(payload, run, state.kernel, Date.now());
}

/** One word for the state. */
export function stateLabel(state: RunState, trans: TranslationBundle): string {
  return RUN_STATES[state].label(trans);
}

/** A sentence for states that need one; empty where the picture says it all. */
export function stateSentence(state: RunState, source: Source, trans: TranslationBundle): string {
  return RUN_STATES[state].sentence?.(source, trans) ?? '';
}

/** How far a run is, and in which state; nothing of a picture that has no steps. */
export function progressWords(
  source: Source,
  state: RunState,
  trans: TranslationBundle,
  words = stepWords(source, trans)
): string {
  return isStill(source) ? '' : `${words} · ${stateLabel(state, trans)}`;
}

/** How far a run is. */
export function stepWords({ step, totalSteps }: Source, trans: TranslationBundle): string {
  return totalSteps === null ? trans.__('step %1', step) : trans.__('step %1 of %2', step, totalSteps);
}

/** Words for a cell without any payload. */
export function emptySentence(trans: TranslationBundle): string {
  return trans.__('No routing yet. Run this cell: the first snapshot appears here.');
}

/** Words for an unreadable payload. */
export function problemSentence(reading: Extract<Reading, { problem: unknown }>, trans: TranslationBundle): string {
  const { reason, message } = reading.problem;
  switch (reason) {
    case 'too-new':
      return trans.__(
        'This output is of a later version than this extension reads (%1). Update jupyterlab-switchyard. %2',
        SCHEMA_VERSION,
        message
      );
    case 'unknown-kind':
      return trans.__(
        'This output is of a kind that this extension does not draw. Update jupyterlab-switchyard. %1',
        message
      );
    case 'too-large':
      return trans.__('This output is too large to draw. %1', message);
    case 'malformed':
      return trans.__('This output does not follow the payload contract. %1', message);
  }
}
