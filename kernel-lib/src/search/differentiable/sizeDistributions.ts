import { tf } from '../../base/backend';
import { Axis, axesOf, fail, Module, Parameter, type Random } from '../../base/core';
import type { Subnet, SubnetPoint, Supernet } from '../../transform/elastic';
import { interpolateChannels } from './interpolateChannels';

/** A value of a dimension that a pass runs, and its weight, a scalar. */
interface Drawn {
  index: number;
  weight: tf.Scalar;
}

/**
 * Distributions over the values of a supernet's dimensions, a vector of logits each. It computes nothing itself: while {@link SizeDistributions.run} runs a model, what makes an axis gives the
 * weighted sum of its outputs of several widths, and a stack of blocks that of its outputs at several depths.
 */
export class SizeDistributions extends Module {
  readonly kind = 'size-distributions';
  private readonly logits: ReadonlyMap<string, Parameter>;

  constructor(
    private readonly where: string,
    private readonly supernet: Supernet
  ) {
    super();
    supernet.dimensions.filter(({ kind }) => kind === 'size').forEach(({ name }) => this.producers(name));
    this.logits = new Map(
      supernet.dimensions.map(({ name, values }, i) => [
        name,
        this.addParameter(`${i}`, Parameter.over([Axis.fixed('values', values.length)], tf.zeros, { decay: false }))
      ])
    );
  }

  /** Probability of each value, by dimension. */
  get probabilities(): Record<string, number[]> {
    return Object.fromEntries(
      [...this.logits].map(([name, logits]) => [name, tf.tidy(() => Array.from(tf.softmax(logits.read()).dataSync()))])
    );
  }

  /** Probabilities of a dimension's values, with their gradient. */
  read(name: string): tf.Tensor1D {
    return tf.softmax(this.logits.get(name)!.read() as tf.Tensor1D);
  }

  override ownFlops(): number {
    return 0;
  }

  override apply(): tf.Tensor {
    return fail(this.where, 'distributions of sizes are read, not applied', this.kind);
  }

  /**
   * Runs `f`, which is given the slice to run, with `samples` values of each dimension, drawn without repeats by its probabilities and weighted by a softmax of what they were drawn by (Gumbel, at `temperature`): the model is
   * cut to the widest that were drawn, narrower ones are interpolated to it.
   */
  run<T>(options: { samples: number; temperature: number; random: Random }, f: (slice: Subnet) => T): T {
    const drawn = new Map(this.supernet.dimensions.map(({ name }) => [name, this.draw(name, options)]));
    const undo: (() => void)[] = [];
    const widest: SubnetPoint = Object.fromEntries(
      this.supernet.dimensions.map(({ name, kind, values }) => [
        name,
        kind === 'depth' ? this.supernet.largest[name] : values[Math.max(...drawn.get(name)!.map(({ index }) => index))]
      ])
    );
    try {
      for (const { name, kind, values } of this.supernet.dimensions) {
        const own = drawn.get(name)!;
        if (kind === 'depth') {
          undo.push(...this.mixDepths(name, values, own));
        } else {
          undo.push(...this.mixWidths(name, values, own));
        }
      }
      return f(this.supernet.subnet(widest));
    } finally {
      undo.reverse().forEach((each) => each());
    }
  }

  private draw(name: string, { samples, temperature, random }: Parameters<SizeDistributions['run']>[0]): Drawn[] {
    const logits = this.logits.get(name)!.read() as tf.Tensor1D;
    const noise = random.child(name).uniform(logits.shape, 1e-6, 1 - 1e-6);
    const keys = tf.logSoftmax(logits).sub<tf.Tensor1D>(noise.log().neg().log());
    const host = tf.tidy(() => keys.dataSync());
    const order = Array.from(host.keys()).sort((a, b) => host[b] - host[a] || a - b);
    const chosen = order.slice(0, samples).sort((a, b) => a - b);
    const weights = tf.softmax(tf.gather(keys, tf.tensor1d(chosen, 'int32')).div<tf.Tensor1D>(temperature));
    return chosen.map((index, i) => ({ index, weight: weights.slice([i], [1]).reshape([]) }));
  }

  private mixWidths(name: string, shares: readonly number[], drawn: readonly Drawn[]): (() => void)[] {
    return this.producers(name).map(([module, axis]) =>
      module.intercept((inner, x) => {
        const y = inner(x);
        const width = y.shape.at(-1)!;
        const from = y.shape.map(() => 0);
        const outputs = drawn.map(({ index, weight }) => {
          const own = Math.max(1, Math.round(axis.storedSize * shares[index]));
          const cut = y.slice(from, [...y.shape.slice(0, -1), own]);
          return interpolateChannels(cut, width).mul(weight);
        });
        return tf.addN(outputs);
      })
    );
  }

  private mixDepths(path: string, counts: readonly number[], drawn: readonly Drawn[]): (() => void)[] {
    const stack = this.supernet.model.modules().get(path)!;
    let after: tf.Tensor[] = [];
    const ofBlocks = [...stack.children.values()].map((block) =>
      block.intercept((inner, x) => {
        const y = inner(x);
        // Kept until the stack has run: its own scope would free it.
        after.push(tf.keep(y.clone()));
        return y;
      })
    );
    const ofStack = stack.intercept((inner, x) => {
      after = [];
      inner(x);
      const sum = tf.addN(drawn.map(({ index, weight }) => [x, ...after][counts[index]].mul(weight)));
      tf.dispose(after);
      return sum;
    });
    return [...ofBlocks, ofStack];
  }

  /** Modules whose outputs are a dimension's positions. @throws {SwitchyardError} where there is none. */
  private producers(name: string): [Module, Axis][] {
    const axes = axesOf(this.supernet.model);
    const found = this.supernet.axisNames(name).flatMap((each) => {
      const { axis } = axes.get(each)!;
      const makes = [...this.supernet.model.modules().values()].filter((module) => {
        const weight = module.parameters().get('weight');
        return weight !== undefined && weight.axes.length > 1 && weight.axes.at(-1) === axis;
      });
      return makes.map((module): [Module, Axis] => [module, axis]);
    });
    return found.length > 0
      ? found
      : fail(this.where, 'sizes must be of outputs of linear maps, convolutions or tables', name);
  }
}
