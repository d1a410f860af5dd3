import type { tf } from '../../base/backend';
import { type Context, fail, type Module, showShape } from '../../base/core';

/** Names a module in an error: its path, or its kind where it runs alone. */
export function whereOf(module: Module, ctx: Context): string {
  return ctx.path === '' ? module.kind : ctx.path;
}

/** Throws unless `x` is [..., width]. */
export function expectWidth(where: string, x: tf.Tensor, width: number): void {
  if (x.rank < 1 || x.shape[x.rank - 1] !== width) {
    fail(where, `expects shape [..., ${width}]`, showShape(x.shape));
  }
}
