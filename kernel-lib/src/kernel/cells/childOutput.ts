import childProcess, { type ChildProcess } from 'child_process';
import fs from 'fs';
import { syncBuiltinESMExports } from 'module';
import { tmpdir } from 'os';
import { join } from 'path';
import type { Readable } from 'stream';

type StreamName = 'stdout' | 'stderr';
/** Gives a text to the cell that runs; false where none does. */
type Write = (name: StreamName, chunk: string | Uint8Array) => boolean;
type Any = (...args: unknown[]) => unknown;
type Options = Record<string, unknown>;
/** Where the output of a program goes that would go to the kernel's own: by the index of its file. */
type Redirected = Map<1 | 2, StreamName>;

const NAMES: Record<number, StreamName> = { 1: 'stdout', 2: 'stderr' };

/**
 * Brings to its cell what does not go through `process.stdout`: what programs print that inherit the kernel's files, and what is written
 * to those files by number.
 */
export function redirectChildOutput(write: Write): void {
  const child = childProcess as unknown as Record<string, Any>;
  const { spawn, fork, spawnSync, execSync, execFileSync } = child;
  child.spawn = (...args) => piped(spawn, args, write, false);
  child.fork = (...args) => piped(fork, args, write, true);
  child.spawnSync = (...args) => collected(spawnSync, args, write);
  child.execSync = (...args) => collected(execSync, args, write);
  child.execFileSync = (...args) => collected(execFileSync, args, write);
  redirectFiles(fs as unknown as Record<string, Any>, write);
  syncBuiltinESMExports();
}

function piped(start: Any, args: unknown[], write: Write, inheritsByDefault: boolean): unknown {
  const { changed, redirected } = redirect(args, inheritsByDefault, () => 'pipe');
  const started = start(...changed) as ChildProcess;
  for (const [file, name] of redirected) {
    const stream = started.stdio[file] as Readable | null;
    stream?.on('data', (chunk: Uint8Array) => write(name, chunk));
  }
  return started;
}

function collected(run: Any, args: unknown[], write: Write): unknown {
  const files: { name: StreamName; file: number }[] = [];
  // What blocks the kernel cannot be read meanwhile: it writes to a file.
  const { changed } = redirect(args, false, (name) => {
    const file = openUnnamed();
    files.push({ name, file });
    return file;
  });
  try {
    return run(...changed);
  } finally {
    for (const { name, file } of files) {
      const text = Buffer.alloc(fs.fstatSync(file).size);
      fs.readSync(file, text, 0, text.length, 0);
      fs.closeSync(file);
      if (text.length > 0) {
        write(name, text);
      }
    }
  }
}

function openUnnamed(): number {
  const folder = fs.mkdtempSync(join(tmpdir(), 'switchyard-'));
  const path = join(folder, 'output');
  const file = fs.openSync(path, 'a+');
  fs.rmSync(folder, { recursive: true });
  return file;
}

/** The arguments of a call, with other files where the program would have the kernel's; `instead` makes one. */
function redirect(
  args: unknown[],
  inheritsByDefault: boolean,
  instead: (name: StreamName) => unknown
): { changed: unknown[]; redirected: Redirected } {
  const at = args.findIndex((arg) => typeof arg === 'object' && arg !== null && !Array.isArray(arg));
  const options = (at < 0 ? {} : args[at]) as Options;
  const stdio = options.stdio ?? (inheritsByDefault && options.silent !== true ? 'inherit' : undefined);
  const redirected: Redirected = new Map();
  const all = stdio === 'inherit' ? ['inherit', 'inherit', 'inherit'] : [];
  const wanted: unknown[] = Array.isArray(stdio) ? [...(stdio as unknown[])] : all;
  for (const file of [1, 2] as const) {
    const name = target(wanted[file], file);
    if (name !== null) {
      redirected.set(file, name);
      wanted[file] = instead(name);
    }
  }
  if (redirected.size === 0) {
    return { changed: args, redirected };
  }
  if (inheritsByDefault && !wanted.includes('ipc')) {
    wanted.push('ipc');
  }
  const other = { ...options, stdio: wanted };
  return { changed: at < 0 ? [...args, other] : args.map((arg, i) => (i === at ? other : arg)), redirected };
}

function target(file: unknown, at: 1 | 2): StreamName | null {
  if (file === 'inherit') {
    return NAMES[at];
  }
  if (file === 1 || file === process.stdout) {
    return 'stdout';
  }
  return file === 2 || file === process.stderr ? 'stderr' : null;
}

function redirectFiles(files: Record<string, Any>, write: Write): void {
  const { writeSync, write: writeLater, writeFileSync, appendFileSync } = files;
  const text = (data: unknown, rest: unknown[]): string | Uint8Array => {
    if (typeof data === 'string') {
      return data;
    }
    const view = data as NodeJS.ArrayBufferView;
    const all = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const [offset, length] = rest.filter((part) => typeof part === 'number');
    return all.subarray(offset ?? 0, length === undefined ? undefined : (offset ?? 0) + length);
  };
  files.writeSync = (file, data, ...rest) => {
    const written = isOutput(file) ? text(data, rest) : '';
    return isOutput(file) && write(NAMES[file], written) ? Buffer.byteLength(written) : writeSync(file, data, ...rest);
  };
  files.write = (file, data, ...rest) => {
    const written = isOutput(file) ? text(data, rest) : '';
    if (!isOutput(file) || !write(NAMES[file], written)) {
      return writeLater(file, data, ...rest);
    }
    const done = rest[rest.length - 1] as (error: null, length: number, data: unknown) => void;
    process.nextTick(done, null, Buffer.byteLength(written), data);
    return undefined;
  };
  for (const [name, whole] of Object.entries({ writeFileSync, appendFileSync })) {
    files[name] = (file, data, ...rest) =>
      isOutput(file) && write(NAMES[file], text(data, [])) ? undefined : whole(file, data, ...rest);
  }
}

function isOutput(file: unknown): file is 1 | 2 {
  return file === 1 || file === 2;
}
