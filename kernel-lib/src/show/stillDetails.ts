import { comms } from '../base/core';
import type { CommBuffers } from '../base/core';
import type { ControlStatus, Payload } from '../protocol';
import { ControlChannel } from './controlChannel';
import type { DetailsMessage, Kept } from './controlChannel';

/** An answer to a panel that asks for more than an output holds. */
export interface StillDetails {
  data: DetailsMessage;
  buffers?: CommBuffers;
}

/** By payload, so that who lets go of one lets go of what it was made from. */
const details = new WeakMap<Payload, (layer: string) => StillDetails>();
/** Outputs of what is over that answer: a graph is some megabytes. */
const STILLS: Kept = { most: 8 };

/** Has a payload of something that is over answered for, once it is shown, with more than an output holds. */
export function tellDetails(payload: Payload, build: (layer: string) => StillDetails): void {
  details.set(payload, build);
}

/** The answer to a panel that asks for more than a payload holds; null where there is no more. */
export function detailsOf(payload: Payload, layer = ''): StillDetails | null {
  return details.get(payload)?.(layer) ?? null;
}

/** A payload is shown: panels may ask for its details, of the latest eight outputs. */
export function listenForDetails(payload: Payload): void {
  if (!details.has(payload) || !comms.available || ControlChannel.has(payload.runId)) {
    return;
  }
  const { runId, source } = payload;
  const noProbe = 'show.payload: nothing runs';
  const status: ControlStatus = { type: 'status', runId, state: 'finished', step: source.step, probe: null, problem: null, noProbe }; // prettier-ignore
  const channel = new ControlChannel({
    status: () => status,
    requested: (request, _, answer) => {
      if (request.type === 'details') {
        const { data, buffers } = detailsOf(payload, request.layer)!;
        answer(data, buffers);
      }
    },
    // An output that is no run's is the notebook's own: a page finds it there.
    shown: { cellId: null, bundle: () => null },
    kept: STILLS
  });
  channel.end();
}
