import { fail, shared } from '../base/core';
import type { Observer } from '../base/core';
import type { Payload } from '../protocol';
import type { Recorder } from '../study/telemetry';
import type { Batch } from '../train/data';
import type { RunInfo, StepReport, Watcher } from '../train/loop/contract';
import { bound } from './bound';
import { runConfiguration } from './configuration';
import { envelope } from './envelope';
import type { RunState } from './envelope';
import type { Closer, LiveKind, LiveRecorder } from './liveKinds';
import { LiveDisplay } from './liveDisplay';
import { MachineMeter } from './machineMeter';
import { expectProbeText } from './probe';
import { Steering } from './steering';
import { expectRunsFolder, RunFile, RUNS_FOLDER } from './runFile';
import { payloadSvg } from './svg';

/** Options of `show.density`. */
export interface WatchOptions {
  /** Title for people. Default: the model's kind, with its routing where it has any. */
  title?: string;
  /**
   * Folder, relative to the notebook's, that the run is saved in as it goes, for the sidebar and `npx switchyard runs`; true is "runs". Default: it
   * is not.
   */
  save?: boolean | string;
}

/** Options of `show.depth`. */
export interface DepthWatchOptions extends WatchOptions {
  /** Tokens of each batch that are shown, 0..512, sequence after sequence. Default: those of the first sequence, at most 64. */
  tokenSample?: number;
  /** Shares are of the latest 1 to 2 times this many steps. Default 8. */
  window?: number;
}

/** Options of `show.routing`. */
export interface RoutingWatchOptions extends WatchOptions {
  /** Tokens of each batch whose routing is shown, 0..2048, sequence after sequence. Default: those of the first sequence, at most 64. */
  tokenSample?: number;
  /** Loads are summed over the latest 1 to 2 times this many steps. Default 8. */
  window?: number;
  /**
   * A text to pass through the model whenever the run is shown, as in evaluation: its tokens are shown instead of those
   * trained on, with what they were given at earlier steps. It is cut to the model's context length; the run's numbers
   * are the same as without. A panel can choose another. Default: none.
   */
  probe?: string;
}

/** All that belongs to one run. */
interface Watched<R> {
  recorder: R;
  state: RunState;
  display: LiveDisplay;
  steering: Steering;
  meter: MachineMeter;
  /** Null where the run is not saved. */
  file: RunFile | null;
}

/** Follows one run at a time: records it, and shows it in an output of the cell that started it. */
export class RunWatcher<P extends Payload, R extends LiveRecorder = Recorder> implements Watcher {
  private current: Watched<R> | null = null;

  constructor(
    private readonly live: LiveKind<P, R>,
    private readonly options: RoutingWatchOptions
  ) {
    // Refuses bad options here, where they were written, and not when the run starts.
    live.recorder(this.recorderOptions());
    expectRunsFolder(`show.${live.kind}`, options.save);
    if (options.probe !== undefined) {
      expectProbeText(options.probe);
    }
  }

  /** The recorder of the run's events; none for a watcher of scalars alone. */
  get observers(): readonly Observer[] {
    return this.live.listens && this.current !== null ? [this.current.recorder] : [];
  }

  /** Recorded data of the latest run; null before the first. */
  get recorder(): R | null {
    return this.current?.recorder ?? null;
  }

  start(run: RunInfo): void {
    if (this.current?.state.status === 'running') {
      fail(`show.${this.live.kind}`, 'a watcher follows one run at a time', run.runId);
    }
    const { live } = this;
    const { runId, totalSteps, model } = run;
    const title = this.options.title ?? model.kind;
    const configuration = runConfiguration(run);
    const state: RunState = { runId, seq: 0, title, step: 0, totalSteps, status: 'running', configuration };
    const { text } = run.task;
    const words = text && { domains: text.domains, decode: (token: number) => text.decode(token) };
    const recorder = live.recorder({ ...this.recorderOptions(), ...words });
    const display = new LiveDisplay(() => {
      state.seq++;
      return this.build();
    });
    const details = live.details?.bind(live);
    const steering = new Steering({
      run,
      state,
      changed: (atOnce) => display.update(atOnce),
      details: details === undefined ? null : (layer) => details(this.whole({ paired: layer }), layer),
      text: this.options.probe ?? null,
      noProbe: noProbe(live, run),
      shown: { cellId: shared().host?.cell()?.id ?? null, bundle: () => display.bundle }
    });
    const file = this.fileOf(state);
    this.current?.steering.close();
    this.current = { recorder, state, display, steering, meter: new MachineMeter(), file };
    file?.update(() => this.build());
    display.update();
  }

  batch(batch: Batch | null): void {
    this.recorder?.batch(batch);
    this.current?.meter.batch(batch);
  }

  step({ step, scalars }: StepReport): void {
    if (this.current !== null) {
      const { recorder, state, steering, display, meter, file } = this.current;
      const measured = { ...scalars, ...meter.step() };
      recorder.step(step, measured);
      state.step = step;
      file?.step(step, measured);
      steering.step(step, () => this.live.paths?.(recorder) ?? []);
      file?.update(() => this.build());
      display.update();
    }
  }

  end(status: 'finished' | 'stopped' | 'failed', error: Error | null = null): void {
    if (this.current !== null) {
      const { state, file } = this.current;
      state.status = status;
      state.problem = error?.message || undefined;
      this.current.steering.end();
      file?.write(this.build());
      this.current.display.finish();
    }
  }

  /** The latest run as it is now, in a notebook or not; null before the first. */
  latest(): P | null {
    return this.current === null ? null : this.build();
  }

  /** A picture of {@link RunWatcher.latest}. */
  toSVG(): string {
    return payloadSvg(this.latest() ?? fail(`show.${this.live.kind}`, 'a picture needs a run', 'none yet'));
  }

  private fileOf(state: RunState): RunFile | null {
    const { save = false } = this.options;
    const folder = save === true ? RUNS_FOLDER : save;
    return folder === false ? null : new RunFile(folder, state);
  }

  private build(): P {
    return bound<Payload>(this.whole()) as P;
  }

  /** All that is known of the run, unbounded. */
  private whole(closer: Omit<Closer, 'tokens'> = {}): P {
    const { recorder, state, steering } = this.current as Watched<R>;
    const data = this.live.data(recorder, { ...closer, tokens: (paths) => steering.tokens(paths) });
    const title = this.options.title ?? `${state.title}${this.live.title(data)}`;
    return { ...envelope({ ...state, title }), kind: this.live.kind, data } as P;
  }

  private recorderOptions(): { tokenSample?: number; window?: number } {
    const { tokenSample, window } = this.options;
    return { tokenSample, window };
  }
}

/** Why no text of a reader's can be followed through a run; null where one can. */
function noProbe({ paths, kind }: Pick<LiveKind<Payload, never>, 'paths' | 'kind'>, { task }: RunInfo): string | null {
  if (paths === undefined) {
    return `show.${kind}: no tokens are followed`;
  }
  return task.text?.encode === undefined ? 'to probe a text, the data must have encode()' : null;
}
