import { tf } from '../../base/backend';
import { Axis, type Context, fail, Module, Parameter, type Random, showShape } from '../../base/core';

/** Options of `nas.MixedOperation`. */
export interface MixedOperationOptions {
  /** Modules that give outputs of one shape from the same input, by name; they are its own now. */
  operations: Readonly<Record<string, Module>>;
  /** Stream for the initial architecture parameters, normal with standard deviation 0.001. */
  random: Random;
}

/**
 * A choice between operations, relaxed: the sum of their outputs, each times its part of the softmax of architecture parameters "alpha" (arXiv 1806.09055, equation 2).
 * {@link MixedOperation.settle} leaves the operation of the greatest part.
 */
export class MixedOperation extends Module {
  readonly kind = 'mixed-operation';
  /** Architecture parameters, one for each operation; null where it is settled. */
  private alpha: Parameter | null;
  private operations: Map<string, Module>;
  private readonly release: ReadonlyMap<string, () => void>;

  constructor({ operations, random }: MixedOperationOptions) {
    super();
    const names = Object.keys(operations);
    if (names.length < 2) {
      fail('nas.MixedOperation', 'there must be two operations or more', names.length);
    }
    this.operations = new Map(Object.entries(operations));
    this.release = new Map(names.map((name) => [name, this.adopt(name, operations[name])]));
    const axis = Axis.fixed('operations', names.length);
    this.alpha = this.addParameter(
      'alpha',
      Parameter.over([axis], (shape) => random.child('alpha').normal(shape, 0, 1e-3), { decay: false })
    );
  }

  /** Names of the operations, in the order of the architecture parameters. */
  get names(): string[] {
    return [...this.operations.keys()];
  }

  /** Part of each operation, by name: their sum is 1. */
  get parts(): Record<string, number> {
    const { alpha, names } = this;
    const parts = alpha === null ? [1] : tf.tidy(() => Array.from(tf.softmax(alpha.read()).dataSync()));
    return Object.fromEntries(names.map((name, i) => [name, parts[i]]));
  }

  /** Operation of the greatest part; of equal ones the first. */
  get chosen(): string {
    const { parts } = this;
    return this.names.reduce((best, name) => (parts[name] > parts[best] ? name : best));
  }

  /** Leaves the chosen operation alone and disposes the others, for good. Settled again it does nothing. */
  settle(): void {
    if (this.alpha === null) {
      return;
    }
    const { chosen } = this;
    for (const [name, module] of this.operations) {
      if (name !== chosen) {
        this.release.get(name)!();
        module.dispose();
      }
    }
    this.operations = new Map([[chosen, this.operations.get(chosen)!]]);
    this.removeParameter('alpha');
    this.alpha.dispose();
    this.alpha = null;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const outputs = [...this.operations].map(([name, module]) => module.apply(x, ctx.within(name)));
      const other = outputs.find(({ shape }) => showShape(shape) !== showShape(outputs[0].shape));
      if (other !== undefined) {
        fail(ctx.path || 'nas.MixedOperation', `operations must give one shape (${showShape(outputs[0].shape)})`, showShape(other.shape)); // prettier-ignore
      }
      if (this.alpha === null) {
        return outputs[0].clone();
      }
      const parts = tf.split(tf.softmax(this.alpha.read() as tf.Tensor1D), outputs.length);
      return tf.addN(outputs.map((output, i) => output.mul(parts[i].reshape([]))));
    });
  }
}
