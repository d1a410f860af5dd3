import Module from 'module';
import type * as ts from 'typescript';
import { currentCell } from './cells/cell';
import { tslabRequire } from './tslab';
import type { Content } from './wire/message';
import { checkForms } from './wire/sealed';

/** A MIME bundle on its way to a cell. */
export interface DisplayData {
  data: Content;
  metadata?: Content;
  transient?: { display_id?: string };
}

/** Publishes a bundle to the cell it was captured for; `update` replaces what its display id shows. */
export type Publish = (bundle: DisplayData, update: boolean) => void;

const KEY = Symbol.for('switchyard.display');

/** Offers multi-MIME display to the library, and leads tslab's own `display` to the cell that calls it. */
export function installDisplay(typescript: typeof ts): void {
  (globalThis as unknown as Record<symbol, unknown>)[KEY] = { capture };
  // One TypeScript is enough: tslab is needed only for what cells import of it.
  const own = tslabRequire.resolve('@tslab/typescript-for-tslab');
  tslabRequire.cache[own] = Object.assign(new Module(own), { exports: typescript, loaded: true });
  const tslab = tslabRequire('tslab/dist/jupyter') as { lastWriteDisplayData: Publish | null };
  tslab.lastWriteDisplayData = (bundle, update) => capture()(bundle, update);
}

function capture(): Publish {
  const cell = currentCell();
  return ({ data, metadata, transient }, update) => {
    checkForms(data);
    cell?.publish(update ? 'update_display_data' : 'display_data', {
      data,
      metadata: metadata ?? {},
      transient: transient?.display_id === undefined ? {} : { display_id: transient.display_id }
    });
  };
}
