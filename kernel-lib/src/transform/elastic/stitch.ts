import { tf } from '../../base/backend';
import { Context, expectInteger, expectOneOf, fail, Module, Random } from '../../base/core';
import { invertPositive } from '../../base/math';
import { moduleFlops, sumFlops } from '../../models/moduleFlops';
import { Linear } from '../../nn/layers';
import { checkCalibration } from '../prune/importance/parts/calibration';
import type { SubnetCost } from './subnet';

/** Options of `elastic.stitch`. */
export interface StitchOptions {
  /** Models of one family that are trained, the cheaper first, stacks of blocks "layers.0" and so on. */
  anchors: readonly [Module, Module];
  /** Where they are joined: block of the first that is its last, and block of the second that goes on. Default: behind each but the last, at the same share of the depth. */
  positions?: readonly (readonly [number, number])[];
  /** Inputs of both, each of one pass, that stitching layers are fitted on. */
  inputs: tf.Tensor | readonly tf.Tensor[];
  /** "random": as any linear layer begins. Default "least-squares". */
  init?: 'least-squares' | 'random';
  /** Seed of random stitching layers. Default 0. */
  seed?: number;
}

/** A path through the anchors: one of them, or a stitch by its number. */
export type StitchChoice = { readonly anchor: 0 | 1 } | { readonly stitch: number };

const WHERE = 'elastic.stitch';

/** Two models joined; see {@link stitch}. */
export class StitchedNet extends Module {
  readonly kind = 'stitched';
  /** Anchors and stitches, by rising cost of what the second has to do. */
  readonly choices: readonly StitchChoice[];
  private readonly stitches: readonly Linear[];
  private chosen: StitchChoice = { anchor: 1 };

  /** @internal Use `elastic.stitch`. */
  constructor(
    readonly anchors: readonly [Module, Module],
    readonly positions: readonly (readonly [number, number])[],
    widths: readonly [number, number],
    random: Random
  ) {
    super();
    anchors.forEach((anchor, i) => this.addChild(`anchor${i}`, anchor));
    this.stitches = positions.map((_, i) =>
      this.addChild(
        `stitch${i}`,
        new Linear({ inputWidth: widths[0], outputWidth: widths[1], random: random.child(i) })
      )
    );
    this.choices = [{ anchor: 0 }, ...positions.map((_, i) => ({ stitch: i })).reverse(), { anchor: 1 }];
  }

  get vocabSize(): number | undefined {
    return (this.anchors[1] as { vocabSize?: number }).vocabSize;
  }

  get contextLength(): number | undefined {
    return (this.anchors[1] as { contextLength?: number }).contextLength;
  }

  /** Runs a function, of which a promise is awaited, by a path: `net.run({ stitch: 0 }, (net) => task.evaluate(net))`. */
  run<T>(choice: StitchChoice, f: (net: this) => T): T {
    this.check(choice);
    const before = this.chosen;
    const leave = (): void => void (this.chosen = before);
    this.chosen = choice;
    let result: T;
    try {
      result = f(this);
    } catch (error) {
      leave();
      throw error;
    }
    if (typeof (result as Partial<PromiseLike<unknown>> | null)?.then === 'function') {
      return Promise.resolve(result).finally(leave) as T;
    }
    leave();
    return result;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { chosen } = this;
    if ('anchor' in chosen) {
      return this.anchors[chosen.anchor].apply(x, ctx.within(`anchor${chosen.anchor}`));
    }
    const [last, first] = this.positions[chosen.stitch];
    return tf.tidy(() => {
      const features = this.front(x, last, ctx);
      const joined = this.stitches[chosen.stitch].apply(features, ctx.within(`stitch${chosen.stitch}`));
      const { layers } = partsOf(this.anchors[1]);
      const release = layers.intercept((_, __, scope) => blocksFrom(layers, first, joined, scope));
      try {
        return this.anchors[1].apply(x, ctx.within('anchor1'));
      } finally {
        release();
      }
    });
  }

  /** Values of the parameters that a path reads, and its operations on a token. */
  costOf(choice: StitchChoice, { length }: { length?: number } = {}): SubnetCost {
    this.check(choice);
    const runs = (path: string): boolean => this.onPath(path, choice);
    const parameters = [...this.parameters()].filter(([path]) => runs(path));
    const flops = [...moduleFlops(this, { length: length ?? this.contextLength ?? 1 })].filter(([path]) => runs(path));
    return {
      parameters: parameters.reduce((sum, [, { variable }]) => sum + variable.size, 0),
      flops: sumFlops(new Map(flops))
    };
  }

  /** Features of the first anchor behind a block, and of the second before one. The caller disposes them. */
  featuresAt(position: number, x: tf.Tensor): [tf.Tensor, tf.Tensor] {
    const [last, first] = this.positions[position];
    const ctx = Context.create();
    try {
      return [
        tf.tidy(() => this.front(x, last, ctx)),
        tf.tidy(() => stopAt(partsOf(this.anchors[1]).layers, first, () => this.anchors[1].apply(x, ctx)))
      ];
    } finally {
      ctx.dispose();
    }
  }

  /** Stitching layer of a position. */
  layer(position: number): Linear {
    return this.stitches[position];
  }

  private front(x: tf.Tensor, last: number, ctx: Context): tf.Tensor {
    const [anchor] = this.anchors;
    return stopAt(partsOf(anchor).layers, last + 1, () => anchor.apply(x, ctx.within('anchor0')));
  }

  private onPath(path: string, choice: StitchChoice): boolean {
    const [owner, ...rest] = path.split('.');
    if ('anchor' in choice) {
      return owner === `anchor${choice.anchor}`;
    }
    const [last, first] = this.positions[choice.stitch];
    const block = rest[0] === 'layers' ? Number(rest[1]) : null;
    if (owner === 'anchor0') {
      // Up to its last block; what comes before the blocks is looked up or embeds, and what comes after is not run.
      return block === null ? !['norm', 'head', 'output'].includes(rest[0]) && rest.length > 0 : block <= last;
    }
    return owner === 'anchor1' ? (block === null ? true : block >= first) : owner === `stitch${choice.stitch}`;
  }

  private check(choice: StitchChoice): void {
    const number = 'anchor' in choice ? choice.anchor : choice.stitch;
    expectInteger(WHERE, 'anchor' in choice ? 'anchor' : 'stitch', number, 0, ('anchor' in choice ? 2 : this.positions.length) - 1); // prettier-ignore
  }
}

/**
 * Stitches two models of a family (stitchable networks, arXiv 2302.06586): the front of the first goes on into the back of the second through a linear layer, fitted by
 * least squares to what the second has there, so that there are many networks between the two. The anchors are its own from
 * then on: they stay as they are until it is trained (`elastic.stitchTask`), and go with it.
 *
 * @throws {SwitchyardError} where a model is no stack of blocks, a position is not there, or features do not determine a layer.
 */
export function stitch(options: StitchOptions): StitchedNet {
  const { anchors, inputs, init = 'least-squares', seed = 0 } = options;
  expectOneOf(WHERE, 'init', init, ['least-squares', 'random']);
  checkCalibration(WHERE, inputs, {});
  const [from, to] = anchors.map(partsOf);
  const share = to.count / from.count;
  const { positions = Array.from({ length: from.count - 1 }, (_, i) => [i, Math.min(to.count - 1, Math.round((i + 1) * share))] as const) } = options; // prettier-ignore
  positions.forEach(([last, first]) => {
    expectInteger(WHERE, 'a position in the first anchor', last, 0, from.count - 1);
    expectInteger(WHERE, 'a position in the second anchor', first, 0, to.count - 1);
  });
  const passes = inputs instanceof tf.Tensor ? [inputs] : inputs;
  const widths = [from.width, to.width] as const;
  const net = new StitchedNet(anchors, positions, widths, Random.fromSeed(seed).child('stitch'));
  if (init === 'least-squares') {
    positions.forEach((_, i) => fit(net, i, passes));
  }
  return net;
}

/** `(X^T X)^-1 X^T Y` of the features of all passes, X before and Y behind; a thousandth of a thousandth of its diagonal keeps the inverse safe. */
function fit(net: StitchedNet, position: number, passes: readonly tf.Tensor[]): void {
  tf.tidy(() => {
    const pairs = passes.map((x) =>
      net.featuresAt(position, x).map((y) => y.reshape<tf.Tensor2D>([-1, y.shape.at(-1)!]))
    );
    const [x, y] = [0, 1].map((side) => tf.concat(pairs.map((pair) => pair[side]), 0) as tf.Tensor2D); // prettier-ignore
    const gram = tf.matMul(x, x, true, false);
    const damping = gram.mul(tf.eye(gram.shape[0])).sum().div(gram.shape[0]).mul(1e-6);
    const inverse = invertPositive(WHERE, gram.add(tf.eye(gram.shape[0]).mul(damping)));
    const layer = net.layer(position);
    layer.weight.assign(inverse.matMul(tf.matMul(x, y, true, false)));
    layer.bias!.assign(tf.zeros([y.shape[1]]));
  });
}

/** The stack of blocks of a model, how many there are, and the width between them. */
function partsOf(model: Module): { layers: Module; count: number; width: number } {
  const layers = model.children.get('layers');
  const norm = model.parameters().get('norm.weight');
  if (layers === undefined || norm === undefined || [...layers.children.values()].some((each) => !each.isResidual())) {
    fail(WHERE, 'anchors must be stacks of blocks that keep their tokens', model.kind);
  }
  return { layers, count: layers.children.size, width: norm.shape[0] };
}

function blocksFrom(layers: Module, first: number, x: tf.Tensor, scope: Context): tf.Tensor {
  return [...layers.children].slice(first).reduce((y, [name, block]) => block.apply(y, scope.within(name)), x.clone());
}

/** Output of the first blocks of a stack: the model is left as soon as they have run, and the rest of it does not run. */
function stopAt(layers: Module, count: number, run: () => tf.Tensor): tf.Tensor {
  const features: tf.Tensor[] = [];
  const stop = new Error('elastic.stitch: the front has run');
  const release = layers.intercept((_, x, scope) => {
    const blocks = [...layers.children].slice(0, count);
    const y = tf.tidy(() => blocks.reduce((z, [name, block]) => block.apply(z, scope.within(name)), x.clone()));
    features.push(tf.keep(y));
    throw stop;
  });
  try {
    run();
  } catch (error) {
    if (error !== stop) {
      throw error;
    }
  } finally {
    release();
  }
  const copy = features[0].clone();
  features[0].dispose();
  return copy;
}
