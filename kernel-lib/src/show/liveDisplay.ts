import { randomUUID } from 'crypto';
import { captureDisplay } from '../base/core';
import type { WriteDisplay } from '../base/core';
import type { Payload } from '../protocol';
import { bundleOf } from './bundle';
import type { Bundle } from './bundle';
import { Pace } from './pace';
import { payloadSvg } from './svg';

/** At most four updates a second reach the document. */
const UPDATE_MILLISECONDS = 250;
/** The picture is for readers without the extension; it is drawn less often. */
const PICTURE_MILLISECONDS = 1000;
/** Part of the run's time that payloads, and pictures, may each take. */
const MAX_SHARE = 0.02;

/**
 * One output of a cell that follows a run: one display id, at most four updates a second, the last one always. Made
 * while the cell's own code runs; without a notebook it does nothing.
 */
export class LiveDisplay {
  private readonly write: WriteDisplay | null = captureDisplay();
  private readonly displayId = randomUUID();
  private readonly updates = new Pace(UPDATE_MILLISECONDS, MAX_SHARE);
  private readonly pictures = new Pace(PICTURE_MILLISECONDS, MAX_SHARE);
  private timer: NodeJS.Timeout | null = null;
  private svg: string | null = null;
  private shown = false;
  private latest: Bundle | null = null;

  /** @param build - Makes the payload; called only when it is shown. */
  constructor(private readonly build: () => Payload) {}

  /** Payload that the output shows; null before it shows something. */
  get bundle(): Bundle | null {
    return this.latest;
  }

  /** Shows the run as it is when the next update is due, or at once: a run that waits loses no time by it, and is looked at. */
  update(atOnce = false): void {
    if (this.write === null) {
      return;
    }
    const wait = atOnce ? 0 : this.updates.wait;
    if (wait === 0) {
      this.cancel();
      this.show(false);
      return;
    }
    this.timer ??= setTimeout(() => this.showLater(), wait).unref();
  }

  /** Shows the last state, whenever the one before was. */
  finish(): void {
    this.cancel();
    this.show(true);
  }

  private showLater(): void {
    this.timer = null;
    try {
      this.show(false);
    } catch (error) {
      // Thrown here it would end the process, and the training with it; the last update will throw to the caller.
      warn('an update of the display failed', error);
    }
  }

  private show(last: boolean): void {
    const { write } = this;
    if (write === null) {
      return;
    }
    const payload = this.updates.run(this.build);
    if (last || (this.shown && this.pictures.wait === 0)) {
      this.svg = this.pictures.run(() => picture(payload));
    }
    this.latest = bundleOf(payload, this.svg);
    write({ data: this.latest, metadata: {}, transient: { display_id: this.displayId } }, this.shown);
    this.shown = true;
  }

  private cancel(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
  }
}

/** The payload matters more than its picture: what keeps the one from being drawn must not keep the other back. */
function picture(payload: Payload): string | null {
  try {
    return payloadSvg(payload);
  } catch (error) {
    warn('the picture could not be drawn', error);
    return null;
  }
}

function warn(what: string, error: unknown): void {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`${what}: ${reason}`, { code: 'SWITCHYARD_DISPLAY' });
}
