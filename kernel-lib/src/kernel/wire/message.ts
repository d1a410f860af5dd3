import type { Content } from '../../base/core/host';

export type { Content };

export interface Header {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
}

/** A request as the client sent it. */
export interface Request {
  channel: 'shell' | 'control';
  /** Routing prefix that the reply must carry. */
  identities: Uint8Array[];
  header: Header;
  metadata: Content;
  content: Content;
  buffers: Uint8Array[];
}

/** A message to send. */
export interface Outgoing {
  channel: 'iopub' | 'shell' | 'control';
  type: string;
  /** Header of the request that this answers; null for none. */
  parent: Header | null;
  content: Content;
  metadata?: Content;
  buffers?: Uint8Array[];
  /** Routing prefix; for replies. */
  identities?: Uint8Array[];
}

/** Contents of a Jupyter connection file. */
export interface ConnectionInfo {
  transport: string;
  ip: string;
  key: string;
  signature_scheme: string;
  iopub_port: number;
  shell_port: number;
  control_port: number;
  stdin_port: number;
  hb_port: number;
}

/** Version of the Jupyter messaging protocol that the kernel speaks. */
export const PROTOCOL_VERSION = '5.4';

/** The reply to `request`: same channel, same routing prefix. */
export function replyTo(request: Request, content: Content, metadata: Content = {}): Outgoing {
  return {
    channel: request.channel,
    type: request.header.msg_type.replace(/_request$/, '_reply'),
    parent: request.header,
    content,
    metadata,
    identities: request.identities
  };
}

/** The kernel's state with respect to the request of `parent`. */
export function statusMessage(state: 'starting' | 'busy' | 'idle', parent: Header | null): Outgoing {
  return { channel: 'iopub', type: 'status', parent, content: { execution_state: state } };
}
