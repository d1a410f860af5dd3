import { fail } from '../../base/core/errors';
import type { Content, Outgoing } from './message';

/** A message whose content is JSON already: what reaches the wire thread cannot fail there. */
export interface Sealed extends Pick<Outgoing, 'channel' | 'type' | 'parent' | 'buffers' | 'identities'> {
  content: string;
  metadata: string;
  /** State that a status message tells; null for others. */
  state: string | null;
}

/** Writes a message as JSON. Throws where it holds what JSON cannot carry: a function, a bigint, an object within itself. */
export function seal({ channel, type, parent, content, metadata, buffers, identities }: Outgoing): Sealed {
  const state = type === 'status' ? String(content.execution_state) : null;
  return {
    channel,
    type,
    parent,
    content: toJson(type, content),
    metadata: toJson(type, metadata ?? {}),
    buffers: buffers?.map((buffer) => bytes(type, buffer)),
    identities,
    state
  };
}

/** Throws where an output's forms cannot be saved with a notebook. */
export function checkForms(data: Content): void {
  for (const [type, form] of Object.entries(data)) {
    const isText = typeof form === 'string' || (Array.isArray(form) && form.every((line) => typeof line === 'string'));
    if (!isText && !/[/+]json$/.test(type)) {
      fail('display', `${type} must be a text`, kindOf(form));
    }
  }
  toJson('display', data);
}

function toJson(where: string, content: Content): string {
  // Text is most of what is sent, and needs no look.
  const text = where === 'stream' ? JSON.stringify(content) : JSON.stringify(content, checker(where));
  // Half a character is none: no file can hold it.
  return text.includes('\\ud') ? text.replace(/\\(?:u(d[89a-f][\da-f]{2})|.)/g, whole) : text;
}

function whole(match: string, half: string | undefined): string {
  return half === undefined ? match : '\\ufffd';
}

function checker(where: string): (this: unknown, key: string, value: unknown) => unknown {
  return (key, value) => {
    if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
      fail(where, `${key === '' ? 'the content' : key} must be JSON`, kindOf(value));
    }
    return value;
  };
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : `a ${typeof value}`;
}

function bytes(where: string, buffer: unknown): Uint8Array {
  if (!(buffer instanceof Uint8Array)) {
    fail(where, 'buffers must be bytes', kindOf(buffer));
  }
  // A copy: the memory of the user's may be shared, or change before it is sent.
  return new Uint8Array(buffer);
}
