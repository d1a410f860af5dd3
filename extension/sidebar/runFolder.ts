/** @file The folder of runs beside a notebook: those that were saved as they went, of this session or of earlier ones. */
import type { Contents } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { readPayload } from '../base/reading';
import { PayloadStore } from '../base/store';
import type { INotebookRuns } from './runHandle';

/** Files of snapshots; see the library's `show/runFile.ts`. */
const ENDING = '.run.json';
/** The newest files are read, and no more than these. */
const MOST_FILES = 100;
/** A snapshot has at most 64 kB. */
const MOST_BYTES = 2 ** 20;
/** Milliseconds from one look at the folder to the next. */
const INTERVAL = 10_000;

export interface IRunFolderOptions {
  contents: Pick<Contents.IManager, 'get'>;
  /** Name of the folder, relative to the notebook's. */
  name: () => string;
  /** Why a folder that is there could not be read. */
  fail: (error: unknown) => void;
}

export class RunFolder implements IDisposable {
  constructor(options: IRunFolderOptions) {
    this._options = options;
  }

  /** Its runs, as if they were a notebook's: each file is a cell. */
  readonly runs: INotebookRuns = {
    name: () => this._path,
    path: () => this._path,
    place: () => this._options.name(),
    store: new PayloadStore(),
    controls: null,
    reveal: () => undefined,
    cellOrder: () => this._files
  };

  get isDisposed(): boolean {
    return this.runs.store.isDisposed;
  }

  /** Looks into the folder beside this notebook; not again within some seconds, unless it is another one. Null: into none. */
  async look(notebook: string | null): Promise<void> {
    const path = notebook === null ? '' : [...notebook.split('/').slice(0, -1), this._options.name()].join('/');
    const now = performance.now();
    if (path === this._path && now - this._lookedAt < INTERVAL) {
      return;
    }
    this._lookedAt = now;
    if (path !== this._path) {
      this._path = path;
      this._show([]);
    }
    if (path !== '') {
      await this._read(path).catch(this._options.fail);
    }
  }

  dispose(): void {
    this.runs.store.dispose();
  }

  private async _read(path: string): Promise<void> {
    const { contents } = this._options;
    const folder = await contents.get(path, { content: true }).catch(() => null);
    const all = folder?.type === 'directory' ? (folder.content as Contents.IModel[]) : [];
    const files = all
      .filter(({ name, size = 0 }) => name.endsWith(ENDING) && size <= MOST_BYTES)
      .sort((a, b) => (a.name < b.name ? 1 : -1));
    const newest = files.slice(0, MOST_FILES);
    for (const file of newest.filter(({ path, last_modified: at }) => this._known.get(path) !== at)) {
      const { content } = await contents.get(file.path, { content: true, type: 'file', format: 'text' });
      if (this.isDisposed || path !== this._path) {
        return;
      }
      this._known.set(file.path, file.last_modified);
      this.runs.store.dispatch({ type: 'outputs', cellId: file.path, readings: [readPayload(parsed(content))] });
    }
    if (!this.isDisposed && path === this._path) {
      this._show(newest.map((file) => file.path));
    }
  }

  /** These files and no others, the newest first. */
  private _show(files: string[]): void {
    this._files = files;
    const { store } = this.runs;
    for (const cellId of store.state.cells.keys()) {
      if (!files.includes(cellId)) {
        this._known.delete(cellId);
        store.dispatch({ type: 'cell-removed', cellId });
      }
    }
  }

  private _options: IRunFolderOptions;
  private _path = '';
  private _lookedAt = -Infinity;
  private _files: string[] = [];
  /** When each file that was read had been written. */
  private _known = new Map<string, string>();
}

/** JSON, or the text where it is none: the guard then says so. */
function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return text;
  }
}
