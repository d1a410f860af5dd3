import { shared } from '../../base/core';
import type { Bundle } from '../bundle';
import { CLASS_KINDS } from './kinds';
import { showData } from './showData';

/** The method that a kernel calls for the forms of a value, by MIME type, as Deno's does. */
const DISPLAY = Symbol.for('Jupyter.display');

/**
 * Lets the library's objects show themselves where they are a cell's last expression. Classes get the method that kernels
 * look for; plain objects, which have none, are known by what they hold, and the kernel asks for them.
 */
export function installObjects(): void {
  for (const { prototype, show } of CLASS_KINDS) {
    const value = function (this: never): Bundle {
      return show(this);
    };
    Object.defineProperty(prototype, DISPLAY, { value, configurable: true, writable: true });
  }
  shared().showData = showData;
}
