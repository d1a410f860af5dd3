/** @file In which state a run is, and the words for it. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { SCHEMA_VERSION } from '@switchyard/kernel-lib/protocol';
import type { IRun, KernelState } from './payloads';
import type { Reading } from './reading';

export type RunState = 'running' | 'paused' | 'finished' | 'stopped' | 'failed' | 'stale' | 'disconnected';

/** An idle kernel that sent nothing for this long will send nothing more, in milliseconds. */
export const STALE_AFTER = 10_000;

/** A run's own last word, or for one without a last word what became of it. */
export function runState(payload: Payload, run: IRun, kernel: KernelState, now: number): RunState {
  const { status } = payload.source;
  if (status !== 'running') {
    return status;
  }
  if (kernel === 'none') {
    return 'disconnected';
  }
  if (run.paused) {
    return 'paused';
  }
  return run.live && (kernel === 'busy' || now - run.receivedAt < STALE_AFTER) ? 'running' : 'stale';
}

/** One word for the state. */
export function stateLabel(state: RunState, trans: TranslationBundle): string {
  const labels: Record<RunState, string> = {
    running: trans.__('running'),
    paused: trans.__('paused'),
    finished: trans.__('finished'),
    stopped: trans.__('stopped'),
    failed: trans.__('failed'),
    stale: trans.__('stale'),
    disconnected: trans.__('disconnected')
  };
  return labels[state];
}

/** A sentence for states that need one; empty where the picture says it all. */
export function stateSentence(state: RunState, step: number, trans: TranslationBundle): string {
  switch (state) {
    case 'stale':
      return trans.__('No more snapshots arrive: the run ended without its last one. This is step %1.', step);
    case 'disconnected':
      return trans.__('No kernel is connected. This is the last snapshot that arrived, at step %1.', step);
    case 'paused':
      return trans.__('The run waits after step %1. Its kernel goes on when you resume it.', step);
    case 'stopped':
      return trans.__('The run was stopped at step %1.', step);
    case 'failed':
      return trans.__('The run failed at step %1.', step);
    default:
      return '';
  }
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
