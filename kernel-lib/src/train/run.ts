import type { History } from './history';

/** How a run ended. */
export interface TrainResult extends History {
  status: 'finished' | 'stopped';
  /** Steps done, those before a resumed checkpoint included. */
  steps: number;
  seed: number;
  /** Wall-clock time of this call, in seconds. */
  seconds: number;
}

/** What drives a run: trains until the end, or until `stopping` says so. */
export type Drive = (stopping: () => boolean) => Promise<TrainResult>;

/**
 * A training that runs between the turns of the event loop. `await` it for its result; it goes on without that too.
 */
export class Run implements PromiseLike<TrainResult> {
  /** Fulfilled when the run is finished or stopped; rejected where it fails. */
  readonly result: Promise<TrainResult>;
  private current: 'running' | 'finished' | 'stopped' | 'failed' = 'running';
  private stopping = false;

  constructor(
    readonly id: string,
    drive: Drive
  ) {
    this.result = drive(() => this.stopping).then(
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
    this.stopping = true;
  }

  /** As `result.then`. */
  then<A = TrainResult, B = never>(
    onFulfilled?: ((result: TrainResult) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null
  ): Promise<A | B> {
    return this.result.then(onFulfilled, onRejected);
  }
}
