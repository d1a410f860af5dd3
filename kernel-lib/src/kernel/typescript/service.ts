import { existsSync, statSync } from 'fs';
import { createRequire } from 'module';
import { join } from 'path';
import type * as ts from 'typescript';
import { tslabRequire } from '../tslab';
import { overlayPackages } from './overlay';
import { ownPackageFolders, upward } from './packages';

const LIBRARY = '@switchyard/kernel-lib/package.json';

/** A TypeScript language service for one text, which changes, and for what it imports. */
export class TextService {
  readonly service: ts.LanguageService;
  /** The path that the text has. */
  readonly path: string;
  private text = '';
  private version = 0;
  /** Files that are only in memory, by path. */
  private readonly virtual = new Map<string, { text: string; version: number }>();
  /** Roots besides the text. */
  private roots: string[] = [];

  constructor(
    private readonly typescript: typeof ts,
    private readonly cwd: string
  ) {
    this.path = join(cwd, 'notebook__cells.ts').replace(/\\/g, '/');
    this.service = typescript.createLanguageService(this.host());
  }

  /** The program of `text`. */
  program(text: string): ts.Program {
    if (text !== this.text) {
      this.text = text;
      this.version++;
    }
    return this.service.getProgram()!;
  }

  /** The library's types are read now, not when the first cell imports it. */
  addLibrary(): void {
    const types = libraryTypes(this.cwd);
    if (types !== null) {
      this.roots = [types];
    }
  }

  /** Puts a file into memory, where imports find it. */
  addFile(path: string, text: string): void {
    this.virtual.set(path, { text, version: (this.virtual.get(path)?.version ?? 0) + 1 });
  }

  private host(): ts.LanguageServiceHost {
    const { typescript, cwd } = this;
    const folders = ownPackageFolders();
    const sys: ts.System = { ...typescript.sys, getCurrentDirectory: () => cwd };
    overlayPackages(sys, folders);
    const options = compilerOptions(typescript, nodeTypes(cwd, folders));
    const read = (path: string) =>
      path === this.path ? this.text : (this.virtual.get(path)?.text ?? sys.readFile(path));
    return {
      getCompilationSettings: () => options,
      getScriptFileNames: () => [this.path, ...this.virtual.keys(), ...this.roots],
      getScriptVersion: (path) =>
        path === this.path ? String(this.version) : (this.virtual.get(path)?.version.toString() ?? fileVersion(path)),
      getScriptSnapshot: (path) => {
        const text = read(path);
        return text === undefined ? undefined : typescript.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => cwd,
      getDefaultLibFileName: (settings) => typescript.getDefaultLibFilePath(settings),
      fileExists: (path) => path === this.path || this.virtual.has(path) || sys.fileExists(path),
      readFile: read,
      directoryExists: sys.directoryExists,
      getDirectories: sys.getDirectories,
      readDirectory: sys.readDirectory,
      realpath: sys.realpath,
      useCaseSensitiveFileNames: () => sys.useCaseSensitiveFileNames
    };
  }
}

function compilerOptions(typescript: typeof ts, types: string): ts.CompilerOptions {
  const newer = Number(process.versions.node.split('.')[0]) >= 22;
  return {
    // Both kinds of packages, as a bundler would find them: an import gives what the package names for it.
    module: typescript.ModuleKind.Preserve,
    moduleResolution: typescript.ModuleResolutionKind.Bundler,
    customConditions: ['node'],
    target: typescript.ScriptTarget.ES2022,
    lib: [newer ? 'lib.es2024.d.ts' : 'lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.decorators.d.ts'],
    strict: false,
    esModuleInterop: true,
    experimentalDecorators: true,
    resolveJsonModule: true,
    allowJs: true,
    checkJs: false,
    jsx: typescript.JsxEmit.React,
    skipLibCheck: true,
    noEmit: true,
    // Only Node's types are in every cell; those of other packages come with their import.
    typeRoots: [types],
    types: ['node']
  };
}

/** Packages do not change while a kernel runs; files of the user's do. */
function fileVersion(path: string): string {
  if (path.includes('/node_modules/')) {
    return '1';
  }
  return existsSync(path) ? String(statSync(path).mtimeMs) : '';
}

function nodeTypes(cwd: string, folders: string[]): string {
  const local = upward(cwd).map((folder) => join(folder, 'node_modules'));
  const withTslab = join(tslabRequire.resolve('tslab/package.json'), '..', 'node_modules');
  const candidates = [...local, ...folders, withTslab].map((folder) => join(folder, '@types'));
  const found = candidates.find((folder) => existsSync(join(folder, 'node', 'package.json')));
  return found ?? candidates[0];
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
