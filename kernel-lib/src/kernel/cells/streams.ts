import { currentCell, type Cell } from './cell';

type StreamName = 'stdout' | 'stderr';

/** Milliseconds that text waits for more. */
const WINDOW = 20;
/** Characters of one message. */
const LONGEST = 1 << 20;

interface Pending {
  cell: Cell;
  name: StreamName;
  chunks: string[];
  length: number;
  since: number;
}

/** Text output: many small writes become few messages, in order. */
export class Streams {
  private pending: Pending | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };

  /** Sends what `process.stdout` and `process.stderr` are given to the cell that writes. */
  redirect(): void {
    for (const name of ['stdout', 'stderr'] as const) {
      const original = process[name].write.bind(process[name]);
      process[name].write = ((chunk: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
        if (!this.print(name, asBytes(chunk, encoding))) {
          return original(chunk, encoding as BufferEncoding, callback as () => void);
        }
        const done = typeof encoding === 'function' ? encoding : callback;
        if (typeof done === 'function') {
          process.nextTick(done);
        }
        return true;
      }) as typeof process.stdout.write;
    }
  }

  /** Writes to the cell that runs, false where there is none; the bytes of a character may come apart. */
  print(name: StreamName, chunk: string | Uint8Array): boolean {
    const cell = currentCell();
    if (cell === null) {
      return false;
    }
    this.write(cell, name, typeof chunk === 'string' ? chunk : this.decoders[name].decode(chunk, { stream: true }));
    return true;
  }

  write(cell: Cell, name: StreamName, text: string): void {
    const now = performance.now();
    if (this.pending !== null && (this.pending.cell !== cell || this.pending.name !== name)) {
      this.flush();
    }
    this.pending ??= { cell, name, chunks: [], length: 0, since: now };
    this.pending.chunks.push(text);
    this.pending.length += text.length;
    // The timer does not fire while code that does not yield prints.
    if (this.pending.length >= LONGEST || now - this.pending.since >= WINDOW) {
      this.flush();
    } else {
      this.timer ??= setTimeout(() => this.flush(), WINDOW);
    }
  }

  /** Publishes the text that waits; called before every other message, which keeps the order. */
  flush(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
    const { pending } = this;
    this.pending = null;
    if (pending === null) {
      return;
    }
    const text = pending.chunks.join('');
    for (let start = 0; start < text.length;) {
      const end = cut(text, start + LONGEST);
      pending.cell.publish('stream', { name: pending.name, text: text.slice(start, end) });
      start = end;
    }
  }
}

/** Text in another encoding is bytes. */
function asBytes(chunk: string | Uint8Array, encoding: unknown): string | Uint8Array {
  const isText = typeof encoding !== 'string' || /^utf-?8$/i.test(encoding);
  return typeof chunk !== 'string' || isText ? chunk : Buffer.from(chunk, encoding as BufferEncoding);
}

// A character of two code units stays whole.
function cut(text: string, at: number): number {
  const code = text.charCodeAt(at - 1);
  return at < text.length && code >= 0xd800 && code < 0xdc00 ? at - 1 : at;
}
