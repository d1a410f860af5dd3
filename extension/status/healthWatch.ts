/** @file Tells the reader, once a run and layer, that something goes wrong in a run under way; and holds the run, where that is wanted. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { IFinding } from '../base/health';
import { findingKey, healthLine } from '../base/health';
import type { PanelSettings } from '../base/panelSettings';
import type { IRun } from '../base/payloads';
import type { RunControls } from '../control';
import { healthOf } from '../kinds';

/** A run under way, and the channel to its kernel. */
export interface IWatchedRun {
  run: IRun;
  controls: Pick<RunControls, 'state' | 'send'>;
}

export interface IHealthWatchOptions {
  trans: TranslationBundle;
  settings: Pick<PanelSettings, 'healthAction' | 'healthLimits'>;
  /** Runs under way, in whichever notebook. */
  runs: () => readonly IWatchedRun[];
  /** Shows a message about a run. */
  notify: (message: string, runId: string) => void;
}

/** Steps over which it must be so: loads are of the latest eight or more. */
const PATIENCE = 8;

export class HealthWatch {
  constructor(private readonly _options: IHealthWatchOptions) {}

  /** Looks at all runs under way. */
  look(): void {
    const { settings, runs } = this._options;
    if (settings.healthAction !== 'none') {
      runs().forEach(
        (watched) => 'payload' in watched.run.reading && this._judge(watched, watched.run.reading.payload)
      );
    }
  }

  private _judge({ run, controls }: IWatchedRun, payload: Payload): void {
    const { settings, trans, notify } = this._options;
    const known = this._known.get(run.key) ?? new Map<string, number>();
    this._known.set(run.key, known);
    const lasting = this._lasting(known, healthOf(payload, settings.healthLimits), payload.source.step);
    if (lasting.length === 0) {
      return;
    }
    const holds = settings.healthAction === 'pause' && run.told !== 'paused';
    const { why } = holds ? controls.state(run) : { why: null };
    if (why === 'waiting') {
      return;
    }
    lasting.forEach((finding) => known.set(findingKey(finding), Infinity));
    const words = trans.__('%1 (%2)', healthLine(lasting, trans), payload.source.title);
    if (holds && why === null) {
      controls.send(run, { type: 'pause' });
      notify(trans.__('Training paused: %1', words), payload.runId);
    } else {
      notify(words, payload.runId);
    }
  }

  /** Findings that have been there long enough, and were not told; `known` has the step of the first time, Infinity once told. */
  private _lasting(known: Map<string, number>, findings: readonly IFinding[], step: number): IFinding[] {
    const found = new Set(findings.map(findingKey));
    known.forEach((since, key) => since < Infinity && !found.has(key) && known.delete(key));
    return findings.filter((finding) => {
      const key = findingKey(finding);
      const since = known.get(key) ?? step;
      known.set(key, since);
      return step - since >= PATIENCE;
    });
  }

  /** By run; it outlives the run by a few words. */
  private _known = new Map<string, Map<string, number>>();
}
