import { existsSync, readFileSync, statSync } from 'fs';
import Module from 'module';
import { dirname, join, resolve } from 'path';
import type * as ts from 'typescript';
import type { Scripts } from '../errors/scripts';
import { tslabRequire } from '../tslab';
import { throughKernel } from '../typescript/dynamicImports';
import { emit } from '../typescript/emit';
import { Origin } from '../typescript/sourceMaps';

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts'];
/** This library, which may not be under node_modules. */
const OWN = dirname(require.resolve('../../../package.json'));

/** Node's own loader, the parts that have no types. */
interface Loader {
  _extensions: Record<string, (module: LoadedModule, file: string) => void>;
  _resolveFilename(request: string, parent: { filename?: string } | null | undefined, ...rest: unknown[]): string;
}

type LoadedModule = NodeJS.Module & { _compile(code: string, file: string): void };

/** TypeScript files beside a notebook: compiled when they are loaded, and loaded again once they have changed. */
export class UserFiles {
  /** When each file that was loaded had changed last. */
  private readonly loaded = new Map<string, number>();
  /** Cells that say they are a module, by the path that their file would have. */
  private readonly virtual = new Map<string, string>();

  constructor(
    private readonly typescript: typeof ts,
    private readonly scripts: Scripts
  ) {
    const loader = Module as unknown as Loader;
    for (const extension of EXTENSIONS) {
      loader._extensions[extension] = (module, file) => this.load(module, file);
    }
    const before = loader._resolveFilename;
    const tslab = tslabRequire.resolve('tslab');
    loader._resolveFilename = (request, parent, ...rest) => {
      if (request === 'tslab') {
        return tslab;
      }
      const from = parent?.filename;
      const found = from === undefined || from === null ? null : this.find(request, dirname(from));
      return found ?? before.call(Module, request, parent, ...rest);
    };
  }

  /** Takes a cell that is a module. */
  addModule(path: string, code: string): void {
    this.virtual.set(path, code);
    this.forget(path, new Set());
  }

  /** The TypeScript file that `request` means in `folder`; null for none. */
  find(request: string, folder: string): string | null {
    if (!/^(\.{1,2}(\/|$)|\/)/.test(request) || folder.includes('/node_modules/') || folder.startsWith(OWN)) {
      return null;
    }
    const path = resolve(folder, request);
    const bases = [path, path.replace(/\.([cm]?)jsx?$/, '')];
    const files = bases.flatMap((base) => EXTENSIONS.map((extension) => base + extension));
    const indexes = EXTENSIONS.map((extension) => join(path, `index${extension}`));
    const exact = EXTENSIONS.some((extension) => path.endsWith(extension)) ? [path] : [];
    return [...exact, ...files, ...indexes].find((file) => this.virtual.has(file) || isFile(file)) ?? null;
  }

  /** Forgets what has changed since it was loaded, and what was made of it. */
  refresh(): void {
    for (const [file, time] of this.loaded) {
      if (changed(file) !== time && !this.virtual.has(file)) {
        this.forget(file, new Set());
      }
    }
  }

  private load(module: LoadedModule, file: string): void {
    const { typescript } = this;
    const text = this.virtual.get(file) ?? readFileSync(file, 'utf-8');
    this.loaded.set(file, changed(file));
    const { code, map } = emit(typescript, file, text, throughKernel(typescript, file), {
      module: typescript.ModuleKind.CommonJS
    });
    this.scripts.addFile(file, text, new Origin([map]));
    module._compile(code, file);
  }

  private forget(file: string, seen: Set<string>): void {
    if (seen.has(file)) {
      return;
    }
    seen.add(file);
    Reflect.deleteProperty(require.cache, file);
    this.loaded.delete(file);
    for (const [other, module] of Object.entries(require.cache)) {
      if (module !== undefined && !other.includes('/node_modules/') && module.children.some(({ id }) => id === file)) {
        this.forget(other, seen);
      }
    }
  }
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function changed(path: string): number {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}
