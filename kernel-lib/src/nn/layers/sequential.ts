import { tf } from '../../base/backend';
import { type Context, Module } from '../../base/core';

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

  override lengthAfter(length: number): number {
    return [...this.children.values()].reduce((sum, module) => module.lengthAfter(sum), length);
  }

  override lengthWithin(child: string, length: number): number {
    const before = [...this.children].slice(0, Number(child));
    return before.reduce((sum, [, module]) => module.lengthAfter(sum), length);
  }
}
