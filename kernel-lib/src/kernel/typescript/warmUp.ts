import { createRequire } from 'module';
import { join } from 'path';
import type * as ts from '@tslab/typescript-for-tslab';

type Watch = ts.WatchOfFilesAndCompilerOptions<ts.BuilderProgram>;

const LIBRARY = '@switchyard/kernel-lib/package.json';

/** Reads the library's types before a cell asks for them, and keeps them. */
export class WarmUp {
  private watch: Watch | null = null;
  private rootFiles: string[] = [];

  /** Stands before `createWatchProgram`, to learn of the program that tslab makes first: the one of the cells. */
  wrap(create: (host: ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.BuilderProgram>) => Watch): typeof create {
    return (host) => {
      const watch = create(host);
      if (this.watch === null) {
        this.watch = watch;
        this.rootFiles = host.rootFiles;
      }
      return watch;
    };
  }

  /** From the next look at a cell on, the library of the folder `cwd` belongs to the program. */
  addLibrary(cwd: string): void {
    const types = libraryTypes(cwd);
    if (types !== null) {
      this.watch?.updateRootFileNames([...this.rootFiles, types]);
    }
  }
}

function libraryTypes(cwd: string): string | null {
  const require = createRequire(join(cwd, 'notebook.js'));
  try {
    const file = require.resolve(LIBRARY);
    const { types } = require(file) as { types?: string };
    return types === undefined ? null : join(file, '..', types);
  } catch {
    // A folder may have a package of this name that hides its package.json; then its first import is slower.
    return null;
  }
}
