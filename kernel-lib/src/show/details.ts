import type { RoutingPayload } from '../protocol';
import { Pace } from './pace';

/** Milliseconds from one answer to the next. */
const INTERVAL = 500;
/** Part of the run's time that answers may take. */
const MAX_SHARE = 0.02;

/** A question of a panel. */
interface Question {
  /** Path of the layer whose tables it wants. */
  layer: string;
  answer: (payload: RoutingPayload) => void;
}

/** Answers panels that ask for more than an output holds, one after the other. */
export class Details {
  private readonly pace = new Pace(INTERVAL, MAX_SHARE);
  /** The latest question of each panel, the oldest first. */
  private readonly waiting = new Map<object, Question>();
  private timer: NodeJS.Timeout | null = null;

  /**
   * @param build - What is known, with the tables of the layer of this path.
   * @param underWay - Whether the run goes on; it is slowed by no more than a fiftieth.
   */
  constructor(
    private readonly build: (layer: string) => RoutingPayload,
    private readonly underWay: () => boolean
  ) {}

  /** A panel asks, in place of what it asked for before; it is answered when it is due: at once where nothing waits. */
  ask(panel: object, question: Question): void {
    this.waiting.delete(panel);
    this.waiting.set(panel, question);
    this.attend();
  }

  private attend(): void {
    for (const [panel, { layer, answer }] of this.waiting) {
      const wait = this.underWay() ? this.pace.wait : 0;
      if (wait > 0) {
        this.timer ??= setTimeout(() => {
          this.timer = null;
          this.attend();
        }, wait).unref();
        return;
      }
      this.waiting.delete(panel);
      answer(this.pace.run(() => this.build(layer)));
    }
  }
}
