import { basename, join, parse, relative } from 'path';
import type * as ts from 'typescript';

/**
 * Makes packages of `folders` appear under `/node_modules`, the last place where TypeScript looks for a package, so
 * that a package of the notebook's own folder comes first.
 */
export function overlayPackages(sys: ts.System, folders: string[]): void {
  const root = join(parse(sys.getCurrentDirectory()).root, 'node_modules');
  const mapped = new Map<string, string>();
  const base = { ...methods(sys) };

  const place = (path: string): string => {
    if (!path.startsWith(root)) {
      return path;
    }
    let target = mapped.get(path);
    if (target === undefined) {
      target = find(path);
      mapped.set(path, target);
    }
    return target;
  };
  const find = (path: string): string => {
    const inside = relative(root, path);
    const candidates = inside.startsWith('..') ? [] : folders.map((folder) => join(folder, inside));
    return [path, ...candidates].find((p) => base.fileExists(p) || base.directoryExists(p)) ?? path;
  };

  sys.fileExists = (path) => base.fileExists(place(path));
  sys.directoryExists = (path) => base.directoryExists(place(path));
  sys.readFile = (path, encoding) => base.readFile(place(path), encoding);
  sys.getDirectories = (path) => base.getDirectories(place(path));
  sys.realpath = (path) => base.realpath(place(path));
}

/** Nothing under `node_modules` changes while a kernel runs: watching it would cost time and file handles. */
export function watchOnlySources(sys: ts.System): void {
  const { watchFile, watchDirectory } = sys;
  const nothing: ts.FileWatcher = { close: () => undefined };
  const isPackage = (path: string) => path.includes('/node_modules') || basename(path).startsWith('lib.');
  sys.watchFile = (path, ...rest) => (isPackage(path) ? nothing : watchFile!.call(sys, path, ...rest));
  sys.watchDirectory = (path, ...rest) => (isPackage(path) ? nothing : watchDirectory!.call(sys, path, ...rest));
}

function methods(sys: ts.System) {
  return {
    fileExists: sys.fileExists.bind(sys),
    directoryExists: sys.directoryExists.bind(sys),
    readFile: sys.readFile.bind(sys),
    getDirectories: sys.getDirectories.bind(sys),
    realpath: sys.realpath!.bind(sys)
  };
}
