import { fail } from '../base/core';
import type { RoutingObserver } from '../base/core';
import type { Payload, RoutingData, RoutingPayload } from '../protocol';
import { bound, boundDetails, recorder } from '../study/telemetry';
import type { Recorder } from '../study/telemetry';
import type { Batch } from '../train/data';
import type { RunInfo, StepReport, Watcher } from '../train/loop/contract';
import { envelope } from './envelope';
import type { RunState } from './envelope';
import { LiveDisplay } from './liveDisplay';
import { expectProbeText } from './probe';
import { Steering } from './steering';
import { payloadSvg } from './svg';

export interface WatchOptions {
  /** Title for people. Default: the model's kind, with its routing where it has any. */
  title?: string;
}

export interface RoutingWatchOptions extends WatchOptions {
  /** Tokens of each batch whose routing is shown, 0..2048. Default 64. */
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
interface Watched {
  recorder: Recorder;
  state: RunState;
  display: LiveDisplay;
  steering: Steering;
}

/** Follows one run at a time: records it, and shows it in an output of the cell that started it. */
export class RunWatcher<P extends Payload> implements Watcher {
  private current: Watched | null = null;

  constructor(
    private readonly kind: P['kind'],
    private readonly options: RoutingWatchOptions
  ) {
    // Refuses bad options here, where they were written, and not when the run starts.
    recorder(this.recorderOptions());
    if (options.probe !== undefined) {
      expectProbeText(options.probe);
    }
  }

  /** Records the routing of the run's passes; null for a watcher of scalars alone. */
  get observer(): RoutingObserver | null {
    return this.kind === 'routing' ? this.recorder : null;
  }

  /** What has been recorded of the latest run; null before the first. */
  get recorder(): Recorder | null {
    return this.current?.recorder ?? null;
  }

  start(run: RunInfo): void {
    if (this.current?.state.status === 'running') {
      fail(`show.${this.kind}`, 'a watcher follows one run at a time', run.runId);
    }
    const { runId, totalSteps, model, data } = run;
    const title = this.options.title ?? model.kind;
    const state: RunState = { runId, seq: 0, title, step: 0, totalSteps, status: 'running' };
    const recorderOptions = { domains: data.domains, decode: (token: number) => data.decode(token) };
    const display = new LiveDisplay(() => {
      state.seq++;
      return this.build();
    });
    const steering = new Steering({
      run,
      state,
      changed: () => display.update(),
      details: (layer) => boundDetails(this.whole({ paired: layer }), layer),
      text: this.options.probe ?? null
    });
    this.current?.steering.close();
    this.current = { recorder: recorder({ ...this.recorderOptions(), ...recorderOptions }), state, display, steering };
    display.update();
  }

  batch(batch: Batch): void {
    this.recorder?.batch(batch);
  }

  step({ step, scalars }: StepReport): void {
    if (this.current !== null) {
      const { recorder, state, steering, display } = this.current;
      recorder.step(step, scalars);
      state.step = step;
      steering.step(step, () => pathsOf(recorder.data()));
      display.update();
    }
  }

  end(status: 'finished' | 'stopped' | 'failed'): void {
    if (this.current !== null) {
      this.current.state.status = status;
      this.current.steering.end();
      this.current.display.finish();
    }
  }

  /** The latest run as it is now, in a notebook or not; null before the first. */
  latest(): P | null {
    return this.current === null ? null : this.build();
  }

  /** A picture of {@link RunWatcher.latest}. */
  toSVG(): string {
    return payloadSvg(this.latest() ?? fail(`show.${this.kind}`, 'a picture needs a run', 'none yet'));
  }

  private build(): P {
    const whole = this.whole();
    if (this.kind === 'routing') {
      return bound<Payload>(whole) as P;
    }
    const { data, ...around } = whole;
    const { steps, scalars } = data.history;
    return bound<Payload>({ ...around, kind: 'training', data: { steps, scalars } }) as P;
  }

  /** All that is known of the run, unbounded; see {@link Recorder.data} for `paired`. */
  private whole(options: { paired?: string } = {}): RoutingPayload {
    const { recorder, state, steering } = this.current as Watched;
    const recorded = recorder.data(options);
    const data = { ...recorded, tokens: steering.tokens(pathsOf(recorded)) ?? recorded.tokens };
    const title = this.options.title ?? `${state.title}${routingTitle(data)}`;
    return { ...envelope({ ...state, title }), kind: 'routing', data };
  }

  private recorderOptions(): { tokenSample?: number; window?: number } {
    const { tokenSample, window } = this.options;
    return { tokenSample, window };
  }
}

function pathsOf({ layers }: RoutingData): string[] {
  return layers.map(({ path }) => path);
}

/** Says how the first layer routes; empty where none has yet. */
function routingTitle({ layers }: RoutingData): string {
  return layers.length === 0 ? '' : `, ${layers[0].router} ${layers[0].k} of ${layers[0].numExperts}`;
}
