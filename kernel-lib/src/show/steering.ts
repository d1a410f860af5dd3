import { fail } from '../base/core';
import type { Ablation, ControlRequest, ControlStatus, RoutingPayload, TokenSample } from '../protocol';
import type { RunInfo } from '../train/loop/contract';
import { ControlChannel } from './controlChannel';
import type { Requested, ShownRun } from './controlChannel';
import { Details } from './details';
import type { RunState } from './envelope';
import { Probe } from './probe';

export interface SteeringOptions {
  run: RunInfo;
  state: RunState;
  /** Called when another picture is to be shown, at once where the run waits. */
  changed: (atOnce: boolean) => void;
  /** All that is known of the run, with the tables of the layer of this path; null where nothing more is known than an output shows. */
  details: ((layer: string) => RoutingPayload) | null;
  /** Text to probe from the start; null: none. */
  text: string | null;
  /** Why no text can be probed; null where one can. */
  noProbe: string | null;
  shown: ShownRun;
}

/** Controls that readers of a panel have over one run: hold it, end it, look closer, and have it route a text of theirs. */
export class Steering {
  private readonly channel: ControlChannel | null;
  private probe: Probe | null = null;
  private problem: string | null = null;

  private readonly run: RunInfo;
  private readonly state: RunState;
  private readonly changed: (atOnce: boolean) => void;
  private readonly details: Details | null;
  private readonly noProbe: string | null;

  constructor({ run, state, changed, details, text, noProbe, shown }: SteeringOptions) {
    this.run = run;
    this.noProbe = noProbe;
    this.state = state;
    this.changed = changed;
    this.details = details && new Details(details, () => this.underWay);
    this.setProbe(text);
    const { control } = run;
    const { hear: requested } = this;
    this.channel = control === undefined ? null : new ControlChannel({ status: () => this.status(), requested, shown });
    if (control !== undefined) {
      control.onChange = () => {
        if (control.paused) {
          changed(true);
        }
        this.channel?.tell();
      };
    }
  }

  /** Keeps what the layers choose for the text at some steps. */
  step(step: number, paths: () => string[]): void {
    this.guarded((probe) => probe.step(step, paths));
  }

  /** The text with what these layers choose for it now; null where none is probed. */
  tokens(paths: string[]): TokenSample | null {
    return this.guarded((probe) => probe.sample(this.state.step, paths));
  }

  /** The run is over. */
  end(): void {
    this.channel?.end();
  }

  /** Gives up all that is known of the run. */
  close(): void {
    this.channel?.close();
  }

  private readonly hear: Requested = (request, panel, answer) => {
    if (request.type === 'details') {
      const { layer } = request;
      this.details?.ask(panel, { layer, answer: (payload) => answer({ type: 'details', layer, payload }) });
    } else if (this.underWay) {
      this.obey(request);
    } else if (request.type === 'probe' || request.type === 'ablate') {
      // Of a run that is over the model may have been changed since: what it does is measured now.
      this.probe?.renew();
      this.obey(request);
    }
  };

  private get waits(): boolean {
    return this.run.control?.paused === true;
  }

  private get underWay(): boolean {
    return this.state.status === 'running';
  }

  private obey(request: Exclude<ControlRequest, { type: 'details' }>): void {
    const { control } = this.run;
    switch (request.type) {
      case 'pause':
        return control?.pause();
      case 'resume':
        return control?.resume();
      case 'step':
        return control?.advance();
      case 'stop':
        return control?.stop();
      case 'probe':
        this.setProbe(request.text);
        return this.changed(this.waits);
      case 'ablate':
        this.ablate(request.ablation);
        return this.changed(this.waits);
    }
  }

  private setProbe(text: string | null): void {
    this.problem = null;
    try {
      const ablation = this.probe?.ablation ?? null;
      this.probe = text === null ? null : new Probe(this.run, text);
      this.probe?.ablate(ablation);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Asks the probe for an ablation; one that cannot be is said, and the text goes on as it was. */
  private ablate(ablation: Ablation | null): void {
    this.problem = null;
    try {
      if (this.probe === null && ablation !== null) {
        fail('show.routing', 'an ablation needs a text that is probed', null);
      }
      this.probe?.ablate(ablation);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** A text that some layer cannot route must not end the watching: it is shown no more, and the panel says why. */
  private guarded<T>(use: (probe: Probe) => T | null): T | null {
    try {
      return this.probe === null ? null : use(this.probe);
    } catch (error) {
      this.fail(error);
      return null;
    }
  }

  private fail(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.probe = null;
    this.problem = this.underWay ? why : `the run is over, and its model passes no text any more: ${why}`;
    process.emitWarning(`the text could not be probed: ${this.problem}`, { code: 'SWITCHYARD_PROBE' });
    this.channel?.tell();
  }

  private status(): ControlStatus {
    const { runId, status, step } = this.state;
    const state = status === 'running' && this.waits ? 'paused' : status;
    const { problem, noProbe } = this;
    const probe = this.probe?.text ?? null;
    const ablated = noProbe === null ? { ablation: this.probe?.ablation ?? null } : { noProbe };
    return { type: 'status', runId, state, step, probe, problem, ...ablated };
  }
}
