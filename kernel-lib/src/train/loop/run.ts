import type { Evaluation } from '../tasks/language';
import type { Metrics } from '../tasks/task';
import type { RunControl } from './contract';
import type { History } from './history';

/** How a run ended. */
export interface TrainResult<E extends Metrics = Evaluation> extends History<E> {
  status: 'finished' | 'stopped';
  /** Steps done, those before a resumed checkpoint included. */
  steps: number;
  seed: number;
  /** Wall-clock time of this call, in seconds. */
  seconds: number;
}

/** Driver of a run: trains until the end, or until it is told to stop. */
export type Drive<E extends Metrics> = () => Promise<TrainResult<E>>;

/**
 * A training that runs between the turns of the event loop. `await` it for its result; it goes on without that too.
 */
export class Run<E extends Metrics = Evaluation> implements PromiseLike<TrainResult<E>> {
  /** Fulfilled when the run is finished or stopped; rejected where it fails. */
  readonly result: Promise<TrainResult<E>>;
  private current: 'running' | 'finished' | 'stopped' | 'failed' = 'running';

  constructor(
    readonly id: string,
    private readonly control: Omit<RunControl, 'onChange'>,
    drive: Drive<E>
  ) {
    this.result = drive().then(
      (result) => {
        this.current = result.status;
        return result;
      },
      (error: unknown) => {
        this.current = 'failed';
        throw error;
      }
    );
  }

  get status(): 'running' | 'finished' | 'stopped' | 'failed' {
    return this.current;
  }

  /** Ends the run after the step that it is in; the model keeps what it learned. */
  stop(): void {
    this.control.stop();
  }

  /** True while the run waits before its next step, or will when the step that it is in is done. */
  get paused(): boolean {
    return this.current === 'running' && this.control.paused;
  }

  /**
   * Waits before the next step, until {@link Run.resume}, {@link Run.advance} or {@link Run.stop}. Numbers do not change;
   * `seconds` counts the waiting. A cell that awaits the run goes on waiting, and an interrupt ends it as ever.
   */
  pause(): void {
    this.control.pause();
  }

  resume(): void {
    this.control.resume();
  }

  /**
   * Does so many steps (default 1), and waits again.
   *
   * @throws {SwitchyardError} where `steps` is no positive integer.
   */
  advance(steps = 1): void {
    this.control.advance(steps);
  }

  /** As `result.then`. */
  then<A = TrainResult<E>, B = never>(
    onFulfilled?: ((result: TrainResult<E>) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null
  ): Promise<A | B> {
    return this.result.then(onFulfilled, onRejected);
  }
}
