import type { ControlRequest, ControlStatus, TokenSample } from '../protocol';
import type { RunInfo } from '../train/contract';
import { ControlChannel } from './controlChannel';
import type { RunState } from './envelope';
import { Probe } from './probe';

/** What readers of a panel do with one run: hold it, end it, and have it route a text of theirs. */
export class Steering {
  private readonly channel: ControlChannel | null;
  private probe: Probe | null = null;
  private problem: string | null = null;

  /**
   * @param changed - Called when another picture is to be shown.
   * @param text - Text to probe from the start; null: none.
   */
  constructor(
    private readonly run: RunInfo,
    private readonly state: RunState,
    private readonly changed: () => void,
    text: string | null
  ) {
    this.setProbe(text);
    const { control } = run;
    this.channel =
      control === undefined
        ? null
        : new ControlChannel(
            () => this.status(),
            (request) => this.obey(request)
          );
    if (control !== undefined) {
      control.onChange = () => this.channel?.tell();
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
    this.channel?.close();
  }

  private obey(request: ControlRequest): void {
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
        return this.changed();
    }
  }

  private setProbe(text: string | null): void {
    this.problem = null;
    try {
      this.probe = text === null ? null : new Probe(this.run, text);
    } catch (error) {
      this.fail(error);
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
    this.probe = null;
    this.problem = error instanceof Error ? error.message : String(error);
    process.emitWarning(`the text could not be probed: ${this.problem}`, { code: 'SWITCHYARD_PROBE' });
    this.channel?.tell();
  }

  private status(): ControlStatus {
    const { runId, status, step } = this.state;
    const state = status === 'running' && this.run.control?.paused ? 'paused' : status;
    return { type: 'status', runId, state, step, probe: this.probe?.text ?? null, problem: this.problem };
  }
}
