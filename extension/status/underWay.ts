/** @file The run that goes on, of several the one heard last, in a few words. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { IPayloads, IRun } from '../base/payloads';
import { latestRun } from '../base/payloads';
import { RUN_STATES, runState } from '../base/runState';
import { kindOf } from '../kinds';

/** The run of a notebook that goes on or waits; undefined where none does. */
export function underWay({ cells, heard, kernel }: IPayloads, now: number): IRun | undefined {
  const runs = [...[...cells.values()].flat(), ...heard.values()];
  return latestRun(
    runs.filter(
      (run) =>
        'payload' in run.reading &&
        kindOf(run.reading.payload).steered === true &&
        RUN_STATES[runState(run.reading.payload, run, kernel, now)].underWay
    )
  );
}

/** For example "training 192 of 800, MaxVio 1.05". */
export function briefWords(payload: Payload, paused: boolean, trans: TranslationBundle): string {
  const { step, totalSteps } = payload.source;
  const done = totalSteps === null ? String(step) : trans.__('%1 of %2', step, totalSteps);
  const words = paused ? trans.__('paused at %1', done) : trans.__('training %1', done);
  const brief = kindOf(payload).brief?.(payload.data, trans) ?? null;
  return brief === null ? words : `${words}, ${brief}`;
}
