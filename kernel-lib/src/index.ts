/** @file The one public door of the library. */
import * as namespaces from './namespaces';
import { provideLibrary } from './search/evaluator';
import { installObjects } from './show/objects/installObjects';

type Namespaces = typeof namespaces;
declare module './search/evaluator/library' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface Library extends Namespaces {}
}

export * from './namespaces';
export { systems } from './systems';
export type { SystemEntry } from './systems';

provideLibrary(namespaces);
installObjects();
