import { createHmac, randomUUID, timingSafeEqual } from 'crypto';
import { PROTOCOL_VERSION, type Header, type Request } from './message';
import type { Sealed } from './sealed';

const DELIMITER = Buffer.from('<IDS|MSG>');
const SESSION = randomUUID();

/** Frames of `message`: routing prefix, delimiter, signature, four JSON parts, buffers. */
export function encode(message: Sealed, key: string): (Buffer | Uint8Array | string)[] {
  const header: Header = {
    msg_id: randomUUID(),
    session: SESSION,
    username: 'kernel',
    date: new Date().toISOString(),
    msg_type: message.type,
    version: PROTOCOL_VERSION
  };
  const { parent, metadata, content } = message;
  const parts = [JSON.stringify(header), JSON.stringify(parent ?? {}), metadata, content].map((part) =>
    Buffer.from(part)
  );
  // A subscriber may select messages by their type; clients subscribe to all.
  const prefix = message.channel === 'iopub' ? [Buffer.from(message.type)] : (message.identities ?? []);
  return [...prefix, DELIMITER, sign(parts, key), ...parts, ...(message.buffers ?? [])];
}

/** The request in `frames`. Throws where the signature is wrong. */
export function decode(frames: Buffer[], channel: Request['channel'], key: string): Request {
  const at = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (at < 0 || frames.length < at + 6) {
    throw new Error(`a message needs a delimiter, a signature and four parts, got ${frames.length} frames`);
  }
  const parts = frames.slice(at + 2, at + 6);
  const signature = frames[at + 1];
  const expected = Buffer.from(sign(parts, key));
  if (key !== '' && (signature.length !== expected.length || !timingSafeEqual(signature, expected))) {
    throw new Error('a message with a wrong signature');
  }
  const [header, , metadata, content] = parts.map((part) => JSON.parse(part.toString()));
  return {
    channel,
    identities: frames.slice(0, at).map((frame) => new Uint8Array(frame)),
    header,
    metadata,
    content,
    buffers: frames.slice(at + 6).map((frame) => new Uint8Array(frame))
  };
}

function sign(parts: Buffer[], key: string): string {
  if (key === '') {
    return '';
  }
  const hash = createHmac('sha256', key);
  parts.forEach((part) => hash.update(part));
  return hash.digest('hex');
}
