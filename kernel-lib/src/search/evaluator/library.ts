import { fail } from '../../base/core';

/** The library's namespaces, as an evaluation gets them; the public door fills it. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface Library {}

let provided: Library | null = null;

/** Called by the public door, which lies above. */
export function provideLibrary(library: Library): void {
  provided = library;
}

/** The library's namespaces. */
export function theLibrary(): Library {
  return provided ?? fail('nas.study', 'the library must be loaded by its public door', 'a part of it');
}
