import { mkdirSync, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import type { TrialAttributes } from '../storage';

/** Folders of checkpoints: one for all parts of a trial that is paused and promoted. */
export class CheckpointFolders {
  /** Ask of the first part, by the ask of each. */
  private readonly firsts = new Map<number, number>();
  private temporary: string | null = null;

  /** @param root - Null for one that is gone with the study. */
  constructor(private readonly root: string | null) {}

  /** Ask of the first part of a trial; parts must come in their order. */
  firstOf({ id, parent, resumes }: TrialAttributes): number {
    const first = resumes === true && parent !== undefined ? (this.firsts.get(parent) ?? parent) : id;
    this.firsts.set(id, first);
    return first;
  }

  /** The folder of a trial, there; null where it is not paused. */
  folderOf(attributes: TrialAttributes): string | null {
    const first = this.firstOf(attributes);
    if (attributes.resource === undefined) {
      return null;
    }
    const root = this.root ?? (this.temporary ??= mkdtempSync(path.join(tmpdir(), 'switchyard-study-')));
    const folder = path.join(root, String(first));
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  close(): void {
    if (this.temporary !== null) {
      rmSync(this.temporary, { recursive: true, force: true });
    }
  }
}
