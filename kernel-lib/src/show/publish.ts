import { randomUUID } from 'crypto';
import { captureDisplay, jsonForms } from '../base/core';
import type { WriteDisplay } from '../base/core';
import type { Bundle } from './bundle';

/**
 * Shows one output with all its forms by MIME type in the running cell, of which a viewer takes the richest that it knows:
 * `show.publish({ 'text/html': '<b>7</b>', 'text/plain': '7' })`. Bytes (a PNG) may be a Uint8Array. Does nothing outside a
 * notebook.
 */
export function publish(bundle: Bundle): void {
  publishTo(captureDisplay(), bundle);
}

/** {@link publish} to a display that was captured before. */
export function publishTo(write: WriteDisplay | null, bundle: Bundle): void {
  write?.({ data: jsonForms(bundle), metadata: {}, transient: { display_id: randomUUID() } }, false);
}
