import type { Payload } from '../protocol';
import { bundleOf } from './bundle';
import type { Bundle } from './bundle';
import { listenForDetails } from './stillDetails';
import { payloadSvg } from './svg';

/** A payload of something that is over as an output; what the output has no room for is told from now on. */
export function stillBundle(payload: Payload): Bundle {
  listenForDetails(payload);
  return bundleOf(payload, payloadSvg(payload));
}
