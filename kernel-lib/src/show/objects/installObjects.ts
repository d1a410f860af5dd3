import { inspect } from 'util';
import { shared } from '../../base/core';
import type { Bundle } from '../bundle';
import { CLASS_KINDS } from './kinds';
import { showData } from './showData';

/** The method that a kernel calls for the forms of a value, by MIME type, as Deno's does. */
const DISPLAY = Symbol.for('Jupyter.display');

/**
 * Lets the library's objects show themselves where they are a cell's last expression. Classes get the method that kernels
 * look for, and one for where they stand within another value, whose insides would fill pages; plain objects, which have none, are known by what they hold, and the kernel asks for them.
 */
export function installObjects(): void {
  for (const { prototype, show, brief } of CLASS_KINDS) {
    const value = function (this: never): Bundle {
      return show(this);
    };
    Object.defineProperty(prototype, DISPLAY, { value, configurable: true, writable: true });
    const within = function (this: never): string {
      return `[${brief(this)}]`;
    };
    Object.defineProperty(prototype, inspect.custom, { value: within, configurable: true, writable: true });
  }
  shared().showData = showData;
}
