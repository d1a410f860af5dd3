import { masksAt } from '../../base/core';
import type { Context, Module } from '../../base/core';

/** Tells those who observe masks what these parameters' masks leave; reads nothing where nobody does. */
export function publishMasks(model: Module, paths: readonly string[], ctx: Context): void {
  if (ctx.wants('mask') && paths.length > 0) {
    masksAt(model, paths).forEach(({ variable, shape }, path) =>
      ctx.publish({ kind: 'mask', path, shape: [...shape], kept: Uint8Array.from(variable.dataSync()) })
    );
  }
}
