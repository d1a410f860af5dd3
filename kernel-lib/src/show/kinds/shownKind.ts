import type { Payload, PayloadOf } from '../../protocol';
import type { Drawing } from '../drawing';

/** Rows of parts, each part an SVG element with its height; null where there is nothing to draw. */
export type Picture = (Element | null)[][];

/** Kind of payload, as an output needs to know it. */
export interface ShownKind<Kind extends Payload['kind']> {
  /** The payload rounded, and thinned where needed, so that its JSON is at most 64 kB; it says what was left out. */
  bound: (payload: PayloadOf<Kind>) => PayloadOf<Kind>;
  /** Its static picture, for viewers without the extension. */
  picture: (data: PayloadOf<Kind>['data'], tools: Drawing) => Picture;
  /** Its lines of text, under the title. */
  text: (data: PayloadOf<Kind>['data']) => string[];
}
