import { existsSync } from 'fs';
import Module from 'module';
import { dirname, join, parse } from 'path';

/**
 * The `node_modules` folders of this library's own installation, nearest first: what a notebook's folder does not have
 * is looked up here.
 */
export function ownPackageFolders(): string[] {
  const root = dirname(require.resolve('../../../package.json'));
  return upward(root)
    .map((folder) => join(folder, 'node_modules'))
    .filter((folder) => existsSync(folder));
}

/** `folder` and the folders above it. */
export function upward(folder: string): string[] {
  const { root } = parse(folder);
  const folders = [folder];
  while (folder !== root) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return folders;
}

/** Lets `require` find packages in `folders` after all places that it looks into anyway. */
export function addRequireFolders(folders: string[]): void {
  const before = process.env.NODE_PATH;
  const separator = process.platform === 'win32' ? ';' : ':';
  process.env.NODE_PATH = [...(before ? [before] : []), ...folders].join(separator);
  (Module as unknown as { _initPaths(): void })._initPaths();
  // Programs that a cell starts get the environment as it was.
  if (before === undefined) {
    delete process.env.NODE_PATH;
  } else {
    process.env.NODE_PATH = before;
  }
}
