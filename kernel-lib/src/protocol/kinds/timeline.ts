import type { Envelope } from './envelope';
import type { Count, Magnitude, Text } from './numbers';

/** What each device does when: computing, sending, waiting. */
export type TimelinePayload = Envelope<'timeline', TimelineData>;

export interface TimelineData {
  /**
   * Devices, streams or links, a row each.
   * @minItems 1
   * @maxItems 128
   */
  devices: Text[];
  /**
   * What spans are, for example "all-to-all", "experts".
   * @minItems 1
   * @maxItems 32
   */
  activities: Text[];
  /** @maxItems 1024 */
  spans: Span[];
  /** Later spans left out because they would not fit; absent where none is. */
  omitted?: Count;
}

export interface Span {
  /** Index into `devices`. */
  device: Count;
  /** Index into `activities`. */
  activity: Count;
  /** Milliseconds from the start of the picture. */
  start: Magnitude;
  /** Milliseconds; at least `start`. */
  end: Magnitude;
  label: Text;
}
