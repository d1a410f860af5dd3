import { randomUUID } from 'crypto';
import { fail } from '../base/core';
import type { Architecture, TrialPayload } from '../protocol';
import type { StoredTrial, StudyInfo, StudyWatcher } from '../search';
import { bound } from './bound';
import { envelope } from './envelope';
import type { RunState } from './envelope';
import { architecture } from './kinds/trial/architecture';
import { trial } from './kinds/trial/payload';
import type { StudyTrial } from './kinds/trial/payload';
import { LiveDisplay } from './liveDisplay';
import { payloadSvg } from './svg';

/** Options of `show.trials`. */
export interface TrialsWatchOptions {
  /** Title for people. Default: the study's name and its strategy. */
  title?: string;
}

/** Follows one study at a time, and shows its trials in an output of the cell that started it; see {@link trials}. */
export class TrialsWatcher implements StudyWatcher {
  private current: { study: StudyInfo; state: RunState; display: LiveDisplay } | null = null;
  private readonly seen = new Map<number, StoredTrial>();
  /** Number of the trial of each ask. */
  private readonly numbers = new Map<number, number>();
  /** Network of each trial, laid out once. */
  private readonly networks = new Map<number, Architecture | null>();

  constructor(private readonly options: TrialsWatchOptions) {}

  start(study: StudyInfo): void {
    if (this.current?.state.status === 'running') {
      fail('show.trials', 'a watcher follows one study at a time', study.name);
    }
    this.seen.clear();
    this.numbers.clear();
    this.networks.clear();
    const title = this.options.title ?? `${study.name}, ${study.strategy}`;
    const state: RunState = {
      ...{ runId: randomUUID(), seq: 0, title, step: 0 },
      totalSteps: study.totalTrials,
      status: 'running'
    };
    const display = new LiveDisplay(() => {
      state.seq++;
      return bound(this.whole());
    });
    this.current = { study, state, display };
    display.update();
  }

  trial(stored: StoredTrial): void {
    const { current } = this;
    if (current === null) {
      return;
    }
    if (stored.attributes !== null) {
      this.numbers.set(stored.attributes.id, stored.number);
    }
    this.seen.set(stored.number, stored);
    current.state.step += stored.state !== 'running' && stored.attributes?.dropped === undefined ? 1 : 0;
    current.display.update();
  }

  end(status: 'finished' | 'stopped' | 'failed'): void {
    if (this.current !== null) {
      this.current.state.status = status;
      this.current.display.finish();
    }
  }

  /** The latest study as it is now, in a notebook or not; null before the first. */
  latest(): TrialPayload | null {
    return this.current === null ? null : bound(this.whole());
  }

  /** A picture of {@link TrialsWatcher.latest}. */
  toSVG(): string {
    return payloadSvg(this.latest() ?? fail('show.trials', 'a picture needs a study', 'none yet'));
  }

  private whole(): TrialPayload {
    const { study, state } = this.current!;
    const { data } = trial(
      [...this.seen.values()].map((stored) => this.shown(stored)),
      {
        study: study.name,
        objectives: study.objectives
      }
    );
    return { ...envelope(state), kind: 'trial', data };
  }

  private shown({ number, state, point, values, intermediate, attributes, seconds }: StoredTrial): StudyTrial {
    const parent = attributes?.parent === undefined ? undefined : this.numbers.get(attributes.parent);
    const { resource } = attributes ?? {};
    const duration = attributes?.seconds ?? seconds;
    return {
      ...{ number, state: state === 'waiting' ? 'running' : state, intermediate },
      parameters: { ...point },
      architecture: this.network(number, point),
      ...(resource !== undefined && { resource }),
      ...(values !== null && { values }),
      ...(parent !== undefined && { parent }),
      ...(duration !== null && { duration })
    };
  }

  private network(number: number, point: StoredTrial['point']): Architecture | null {
    const known = this.networks.get(number);
    if (known !== undefined) {
      return known;
    }
    const graph = this.current!.study.space.architecture(point);
    const drawn = graph === null ? null : architecture(graph);
    this.networks.set(number, drawn);
    return drawn;
  }
}

/**
 * Shows the trials of a study while it runs: `nas.study({ ..., watch: show.trials() })`: each objective by trial with the best so far, what
 * was tried as parallel coordinates and as a table, the network of each trial as its space tells of it, the values on the way, and where trials
 * pause the rungs.
 */
export function trials(options: TrialsWatchOptions = {}): TrialsWatcher {
  return new TrialsWatcher(options);
}
