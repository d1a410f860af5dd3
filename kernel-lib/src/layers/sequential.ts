import { tf } from '../backend';
import { Module, type Context } from '../core';

/** Modules one after the other, named "0", "1", ... */
export class Sequential extends Module {
  readonly kind = 'sequential';

  constructor(modules: readonly Module[]) {
    super();
    modules.forEach((module, i) => this.addChild(String(i), module));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      let y = x.clone();
      for (const [name, module] of this.children) {
        y = module.apply(y, ctx.within(name));
      }
      return y;
    });
  }
}
