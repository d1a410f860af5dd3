import { accessSync, appendFileSync, constants, mkdirSync } from 'fs';
import * as path from 'path';
import { fail } from '../base/core';
import { writeAtomically } from '../base/io';
import type { Payload } from '../protocol';
import { Pace } from './pace';

/** Folder of runs, beside the notebook, that the sidebar lists unless a setting names another. */
export const RUNS_FOLDER = 'runs';

/** Milliseconds from one snapshot to the next, and the part of the time that they may take. */
const INTERVAL = 5000;
const SHARE = 0.02;
/** Lines that wait at most. */
const MAX_LINES = 1000;

/**
 * A run on disk, written as it goes, so that it outlives its kernel and its notebook's outputs: `NAME.run.json` is its latest snapshot, the payload
 * that panels draw, written whole every five seconds and at the end; `NAME.steps.jsonl` has a line `{"step", "time", "scalars"}` for
 * each step. The name begins with the time of the start, so that files sort as the runs did.
 */
export class RunFile {
  private readonly stem: string;
  private readonly pace = new Pace(INTERVAL, SHARE);
  private lines: string[] = [];
  private broken = false;

  constructor(folder: string, { runId, title }: { runId: string; title: string }) {
    const time = new Date().toISOString().slice(0, 19).replace(/:/g, '-');
    const words = title
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 40);
    this.stem = path.join(path.resolve(folder), [time, words, runId.slice(0, 8)].filter(Boolean).join('_'));
  }

  /** A step is done. */
  step(step: number, scalars: Readonly<Record<string, number>>): void {
    const finite = Object.entries(scalars).map(([name, value]) => [name, Number.isFinite(value) ? value : null]);
    this.lines.push(`${JSON.stringify({ step, time: Date.now(), scalars: Object.fromEntries(finite) })}\n`);
  }

  /** The run has come so far: writes where it is time. */
  update(snapshot: () => Payload): void {
    if (this.pace.wait === 0) {
      this.pace.run(() => this.write(snapshot()));
    } else if (this.lines.length >= MAX_LINES) {
      this.attempt(() => this.flush());
    }
  }

  /** Writes all that there is. */
  write(snapshot: Payload): void {
    this.attempt(() => {
      this.flush();
      writeAtomically(`${this.stem}.run.json`, [Buffer.from(JSON.stringify(snapshot))]);
    });
  }

  private flush(): void {
    appendFileSync(`${this.stem}.steps.jsonl`, this.lines.join(''));
    this.lines = [];
  }

  /** A full disk does not end a training: it is said once, and no more is written. */
  private attempt(write: () => void): void {
    if (this.broken) {
      this.lines = [];
      return;
    }
    try {
      write();
    } catch (error) {
      this.broken = true;
      process.emitWarning(`the run is saved no further: ${(error as Error).message}`, 'SwitchyardWarning');
    }
  }
}

/**
 * Makes a folder for runs where there is none.
 *
 * @param where - Function that it was given to.
 *
 * @throws {SwitchyardError} where it is no name, or nothing can be written there.
 */
export function expectRunsFolder(where: string, save: unknown): void {
  if (save === undefined || save === false) {
    return;
  }
  if (save !== true && (typeof save !== 'string' || save === '')) {
    fail(where, 'save must be true, false or the name of a folder', save);
  }
  const folder = save === true ? RUNS_FOLDER : save;
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    fail(where, 'save must be a folder that can be written', `${folder} (${code})`);
  }
}
