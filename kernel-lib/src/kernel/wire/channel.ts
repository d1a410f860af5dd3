import type { ConnectionInfo, Request } from './message';
import type { Sealed } from './sealed';

/** Data that the wire thread is started with. */
export interface WireData {
  info: ConnectionInfo;
  /** Flags that both threads see without a message, because one may be busy: see {@link Flag}. */
  flags: Int32Array;
}

/** Indices into {@link WireData.flags}. */
export const enum Flag {
  /** 1 once the sockets are closed and all has been sent. */
  Closed,
  /** 1 while code that runs stops by itself on an interrupt. */
  Cooperative,
  /** Number of the latest interrupt that the main thread has heard. */
  Heard,
  /** 1 while the main thread does what must not be ended in the middle. */
  Undivided,
  Length
}

/** From the wire thread to the main thread. */
export type FromWire =
  | { kind: 'request'; request: Request }
  /** All requests that had arrived when the same `id` was asked for have been handed over. */
  | { kind: 'settled'; id: number }
  /** An interrupt was asked for while the request `target` ran. */
  | { kind: 'interrupt'; id: number; target: string | null }
  /** JavaScript that did not yield has been ended. */
  | { kind: 'terminated'; target: string | null }
  | { kind: 'shutdown' };

/** From the main thread to the wire thread. */
export type ToWire = { kind: 'send'; message: Sealed } | { kind: 'settle'; id: number } | { kind: 'close' };
