/** @file When a kernel is asked for the details of a run, and what it answered last. */
import type { ControlDetails } from '@switchyard/kernel-lib/protocol';

/** Milliseconds after an answer in which the same layer is not asked for again. */
const INTERVAL = 1000;

export class DetailsRequests {
  /** @param now - Milliseconds of a clock. */
  constructor(private readonly now = () => performance.now()) {}

  /** The details that came last; null before the first. */
  get latest(): ControlDetails | null {
    return this._answer;
  }

  /** Whether an answer is on its way. */
  get waiting(): boolean {
    return this._waiting;
  }

  /** Whether to ask for this layer now, for a snapshot of this number; true counts as asked. One question waits at a time. */
  due(layer: string, seq: number): boolean {
    const known = this._answer?.layer === layer;
    const fresh = known && (seqOf(this._answer!) >= seq || this.now() - this._answeredAt < INTERVAL);
    if (this._waiting || this._isStrange || fresh || (known && this._vain)) {
      return false;
    }
    return (this._waiting = true);
  }

  /** Whether the answer told more than the snapshot: one that did not is not asked for again before another layer is. */
  judge(useful: boolean): void {
    this._vain = !useful;
  }

  answered(details: ControlDetails): void {
    this._waiting = false;
    this._answer = details;
    this._answeredAt = this.now();
  }

  /** An answer came that follows no version of the contract: its kernel is not asked again. */
  strange(): void {
    this._waiting = false;
    this._isStrange = true;
  }

  private _answer: ControlDetails | null = null;
  private _vain = false;
  private _isStrange = false;
  private _answeredAt = -Infinity;
  /** A kernel that does not know the question never answers, and is not asked again. */
  private _waiting = false;
}

/** Number of the snapshot that an answer is of; what is over has no later one. */
function seqOf(details: ControlDetails): number {
  return 'payload' in details ? details.payload.seq : Infinity;
}
