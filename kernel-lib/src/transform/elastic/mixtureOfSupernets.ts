import { tf } from '../../base/backend';
import { Axis, axesOf, expectInteger, expectNumber, fail, Module, Parameter, Random } from '../../base/core';
import { LowRank } from '../../nn/layers/lowRank';
import { matcher } from '../peft/targets';
import type { Targets } from '../peft/targets';
import { omissible } from './choice';
import { leftOut, MIXED } from './subnet';

/** Options of `elastic.mixtureOfSupernets`. */
export interface MixtureOfSupernetsOptions {
  /** Modules or parameters whose matrices are mixed: all in or below them. */
  targets: Targets;
  /** Matrices that are mixed, the model's own among them, m; with `rank`, low-rank changes that are added to it. */
  experts: number;
  /** Rank of the changes (the shape-aware mixture of LoRAs of AmoebaLLM, arXiv 2411.10606). Default null: whole matrices. */
  rank?: number | null;
  /** Deviation of the other matrices from the model's own at first, as a share of its deviation. Default 0.1. */
  noise?: number;
  /** Seed of the initial values. Default 0. */
  seed?: number;
}

/** Mixtures on a model; see {@link mixtureOfSupernets}. */
export interface MixtureOfSupernets {
  /** Weights of the mixture of each matrix for a slice that runs, or the whole model, by path; [m] each. */
  weights(): Map<string, number[]>;
  /** Takes the mixtures off and frees them: the model has its own matrices again. */
  remove(): void;
}

const WHERE = 'elastic.mixtureOfSupernets';

/**
 * Mixes matrices by the slice's shape (mixture-of-supernets, arXiv 2306.04845): a linear router with a softmax reads which share of each axis and which blocks
 * the slice has, and weighs m matrices, of which the slice reads its part. So slices share values only in part, and do not pull at the same ones. What mixes
 * is of the model, trained and saved with it; an extracted model has the mixed matrices and none of it. With one matrix it is the plain supernet.
 *
 * @throws {SwitchyardError} where an option is out of range, no matrix is named, or one is mixed already.
 */
export function mixtureOfSupernets(model: Module, options: MixtureOfSupernetsOptions): MixtureOfSupernets {
  const { targets, experts, rank = null, noise = 0.1, seed = 0 } = options;
  expectInteger(WHERE, 'experts', experts, 1);
  expectNumber(WHERE, 'noise', noise, 0);
  if (rank !== null) {
    expectInteger(WHERE, 'rank', rank, 1);
  }
  const matches = matcher(WHERE, targets);
  const above = (path: string): string[] => path.split('.').map((_, i, names) => names.slice(0, i + 1).join('.'));
  const chosen = [...model.parameters()].filter(([path, { shape }]) => shape.length > 1 && above(path).some(matches));
  if (chosen.length === 0) {
    fail(WHERE, 'targets must name a matrix of the model', typeof targets === 'function' ? 'none' : targets);
  }
  const modules = model.modules();
  const axes = [...axesOf(model).values()].map(({ axis }) => axis).filter(({ pinned }) => pinned === null);
  const blocks = [...omissible(model).keys()];
  const shapeOf = (): number[] => {
    const gone = leftOut(model);
    return [...axes.map(({ size, storedSize }) => size / storedSize), ...blocks.map((path) => (gone.includes(path) ? 0 : 1))]; // prettier-ignore
  };
  const random = Random.fromSeed(seed).child('mixtureOfSupernets');
  const mixed = new Map<string, MixedByShape>();
  const undo: (() => void)[] = [];
  try {
    for (const [path, parameter] of chosen) {
      const cut = path.lastIndexOf('.');
      const owner = modules.get(path.slice(0, Math.max(0, cut)))!;
      const mixture = new MixedByShape(parameter, { experts, rank, noise, inputs: shapeOf().length, shapeOf, random: random.child(path) }); // prettier-ignore
      undo.push(() => mixture.dispose());
      undo.push(owner.adopt(`${path.slice(cut + 1)}Mixture`, mixture));
      undo.push(parameter.wrap((value) => mixture.mix(value)));
      mixed.set(path, mixture);
    }
  } catch (error) {
    undo.reverse().forEach((each) => each());
    throw error;
  }
  return {
    weights: () =>
      new Map([...mixed].map(([path, each]) => [path, tf.tidy(() => Array.from(each.weigh().dataSync()))])),
    remove: () =>
      undo
        .splice(0)
        .reverse()
        .forEach((each) => each())
  };
}

interface MixedOptions {
  experts: number;
  rank: number | null;
  noise: number;
  /** Values of a shape. */
  inputs: number;
  shapeOf: () => number[];
  random: Random;
}

/** The other matrices of a mixture, or the changes, and the router that weighs them. */
class MixedByShape extends Module {
  readonly kind = MIXED;
  /** [shape, m]. */
  private readonly router: Parameter;
  /** Whole matrices, over the axes of the model's own, or changes of low rank. */
  private readonly matrices: Parameter[];
  private readonly changes: LowRank[];

  constructor(
    parameter: Parameter,
    private readonly options: MixedOptions
  ) {
    super();
    const { experts, rank, noise, inputs, random } = options;
    const sizes = [Axis.fixed('shape', inputs), Axis.fixed('mixture', experts)];
    this.router = this.addParameter('router', Parameter.over(sizes, (shape) => random.child('router').normal(shape, 0, 1 / Math.sqrt(inputs)), { decay: false })); // prettier-ignore
    const numbers = Array.from({ length: experts }, (_, i) => i);
    const near = (i: number): tf.Tensor =>
      tf.tidy(() => {
        const { variable } = parameter;
        const deviation = tf.moments(variable).variance.sqrt();
        return variable.add(random.child(i).normal(variable.shape).mul(deviation.mul(noise)));
      });
    this.matrices = rank === null ? numbers.slice(1).map((i) => this.addParameter(`w${i}`, new Parameter(near(i), { axes: parameter.axes, decay: parameter.decay }))) : []; // prettier-ignore
    this.changes = rank === null ? [] : numbers.map((i) => this.addChild(`change${i}`, new LowRank({ shape: parameter.axes, rank: Axis.fixed('rank', rank), alpha: rank, random: random.child(i) }))); // prettier-ignore
  }

  /** Nothing on a token: matrices are mixed once in a pass. */
  override ownFlops(): number {
    return 0;
  }

  /** Nothing on a token. */
  override childShare(): number {
    return 0;
  }

  override apply(): tf.Tensor {
    return fail(WHERE, 'a mixture is read with its parameter', 'apply');
  }

  /** Weights of the mixture; [m]. */
  weigh(): tf.Tensor1D {
    const { shapeOf } = this.options;
    return tf.tidy(() => {
      const logits = tf.matMul(tf.tensor2d([shapeOf()]), this.router.read() as tf.Tensor2D);
      return tf.softmax(logits).reshape([-1]);
    });
  }

  /** The matrix that a slice reads, from its part of the model's own. */
  mix(value: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const weights = tf.unstack(this.weigh());
      const parts = this.matrices.map((matrix, i) => matrix.read().mul(weights[i + 1]));
      const changes = this.changes.map((change, i) => change.product().mul(weights[i]));
      return this.options.rank === null ? tf.addN([value.mul(weights[0]), ...parts]) : tf.addN([value, ...changes]);
    });
  }
}
