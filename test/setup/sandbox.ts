import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const SHELL_TOOLS = ['sh', 'cat', 'cp', 'mkdir', 'sleep', 'touch'];

/** A new empty folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'switchyard-')));
  onTestFinished(() => {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return folder;
}

/** What a command printed, and how it ended. */
export interface Ended {
  code: number | null;
  output: string;
}

/**
 * A clone in miniature: the real command, and programs that are shell scripts. Nothing else is on the PATH, so that
 * each test says what its machine has.
 */
export class Sandbox {
  readonly root = temporaryFolder();

  constructor() {
    for (const folder of ['kernel-lib/bin', 'kernel-lib/native']) {
      const filter = (file: string): boolean => path.basename(file) !== 'build';
      fs.cpSync(path.join(ROOT, folder), path.join(this.root, folder), { recursive: true, filter });
    }
    this.write('kernel-lib/src/index.ts', 'export {};\n');
    this.write('extension/jupyterlab_switchyard/__init__.py', '');
    this.write('kernel-lib/package.json', '{ "name": "@switchyard/kernel-lib", "version": "0.1.0" }');
    this.write('package.json', '{ "name": "jupyterlab-switchyard", "version": "0.1.0" }');
    this.write('package-lock.json', '{}');
    this.write('requirements.txt', 'jupyterlab==4.6.6\n');
    fs.mkdirSync(path.join(this.root, 'programs'));
    for (const tool of SHELL_TOOLS) {
      fs.symlinkSync(which(tool), path.join(this.root, 'programs', tool));
    }
  }

  write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(path.join(this.root, file)), { recursive: true });
    fs.writeFileSync(path.join(this.root, file), text);
  }

  remove(file: string): void {
    fs.rmSync(path.join(this.root, file), { recursive: true });
  }

  exists(file: string): boolean {
    return fs.existsSync(path.join(this.root, file));
  }

  /** The calls of fake programs since the last look, one a line. */
  takeCalls(): string[] {
    if (!this.exists('calls')) {
      return [];
    }
    const calls = fs.readFileSync(path.join(this.root, 'calls'), 'utf8').trim().split('\n');
    this.remove('calls');
    return calls;
  }

  /** Puts a program on the PATH; it notes its calls, and `$ROOT` is this folder. */
  program(name: string, script: string): void {
    const file = path.join('programs', name);
    this.write(file, `#!/bin/sh\nROOT=${this.root}\necho "${name} $*" >> "$ROOT/calls"\n${script}\n`);
    fs.chmodSync(path.join(this.root, file), 0o755);
  }

  /** Runs `switchyard` with these words. */
  run(words: string[], env: Record<string, string> = {}): Promise<Ended> {
    return this.start(words, env).ended;
  }

  /** Starts `switchyard`; `kill` sends it a signal. */
  start(
    words: string[],
    env: Record<string, string> = {}
  ): { ended: Promise<Ended>; kill: (signal: NodeJS.Signals) => void } {
    const script = path.join(this.root, 'kernel-lib', 'bin', 'switchyard.js');
    const child = spawn(process.execPath, [script, ...words], {
      cwd: this.root,
      env: { PATH: path.join(this.root, 'programs'), HOME: this.root, SWITCHYARD_DEVICE: 'cpu', ...env }
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    const ended = new Promise<Ended>((resolve) => {
      child.on('exit', (code) => {
        resolve({ code, output });
      });
    });
    return { ended, kill: (signal) => child.kill(signal) };
  }
}

function which(tool: string): string {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found = folders.map((folder) => path.join(folder, tool)).find((file) => fs.existsSync(file));
  if (found === undefined) {
    throw new Error(`the tests of the set-up need ${tool}`);
  }
  return found;
}
