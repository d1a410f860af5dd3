import type { RoutingPayload } from '../protocol';
import { Pace } from './pace';

/** Milliseconds from one answer to the next. */
const INTERVAL = 500;
/** Part of the run's time that answers may take. */
const MAX_SHARE = 0.02;

/** Answers panels that ask for more than an output holds, one after the other. */
export class Details {
  private readonly pace = new Pace(INTERVAL, MAX_SHARE);

  /** @param build - What is known, with the tables of the layer of this path. */
  constructor(private readonly build: (layer: string) => RoutingPayload) {}

  /** Calls `answer` when it is due: at once where nothing waits, so that the run is slowed by no more than a fiftieth. */
  ask(layer: string, underWay: () => boolean, answer: (payload: RoutingPayload) => void): void {
    const wait = underWay() ? this.pace.wait : 0;
    if (wait > 0) {
      setTimeout(() => this.ask(layer, underWay, answer), wait).unref();
    } else {
      answer(this.pace.run(() => this.build(layer)));
    }
  }
}
