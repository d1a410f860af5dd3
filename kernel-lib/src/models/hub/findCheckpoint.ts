import { existsSync, statSync } from 'fs';
import * as path from 'path';
import { fail } from '../../base/core';
import { environments } from '../../base/io';

const NAME = /^[\w.-]+$/;

/**
 * Where a checkpoint lies: the path itself, or, of a bare name, what `npx switchyard models add` fetched under it.
 *
 * @throws {SwitchyardError} where there is neither.
 */
export function findCheckpoint(where: string): string {
  if (existsSync(where) && (statSync(where).isDirectory() || where.endsWith('.gguf'))) {
    return where;
  }
  const places = NAME.test(where)
    ? environments().map((folder) => path.join(folder, 'share', 'switchyard', 'models', `${where}.gguf`))
    : [];
  return (
    places.find((place) => existsSync(place)) ??
    fail(
      'models.open',
      'must be a folder with a config.json, a .gguf file, or a name of `npx switchyard models list`',
      where
    )
  );
}
