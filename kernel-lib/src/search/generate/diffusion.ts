import { tf } from '../../base/backend';
import { expectInteger, expectNumber, fail, Random } from '../../base/core';
import type { Module } from '../../base/core';
import { mlp } from '../../models';
import { guided, reverse } from '../../train/generative/reverse';
import type { Guide, Score } from '../../train/generative/reverse';
import { variancePreserving } from '../../train/generative/sde';
import type { Sde } from '../../train/generative/sde';
import { velocityOf } from '../../train/generative/trainFlows';
import type { TrainedFlow } from '../../train/generative/trainFlows';
import { fit } from '../../train/loop/fit';
import { scoreMatching } from '../../train/tasks/scoreMatching';
import type { FlowBatch } from '../../train/tasks/flow';
import type { Task } from '../../train/tasks/task';
import { DagSpace } from '../space';
import type { Point } from '../space';
import { GraphDenoiser } from './graphDenoiser';
import { noisyValues } from './noisyValues';

/** Options of a training. */
export interface NoiseTrainingOptions {
  /** Default 800. */
  steps?: number;
  /** Points of a step. Default 64. */
  batchSize?: number;
  /** Highest learning rate, which falls to 0. Default 0.01. */
  learningRate?: number;
  /** Default 0. */
  seed?: number;
}

export interface DiffusionOptions extends NoiseTrainingOptions {
  space: DagSpace;
  /** Points that it learns to draw alike ones of. Default: 1000 that are drawn from the space. */
  points?: readonly Point[];
  /** Forward process. Default `generative.variancePreserving({ high: 12 })`. */
  sde?: Sde;
  /** Width inside the score network. Default 48. */
  width?: number;
  /** Graph network blocks of the score network. Default 3. */
  layers?: number;
}

/** Options of sampling from a diffusion of architectures. */
export interface DiffusionSampleOptions {
  /** Points to be drawn. */
  count: number;
  /** Value of noisy points, [T, D] and a time, whose gradient guides. Default: none. */
  predictor?: Guide;
  /** Strength of the guide: the density is tilted by the exponential of so many times the value. Default 1. */
  guidance?: number;
  /** Steps of the reverse process. Default 100. */
  steps?: number;
  /** Default 0. */
  seed?: number;
}

/** Drawn points. */
export interface Generated {
  /** Points that are graphs of the space. */
  points: Point[];
  /** Share of the points that were drawn, 0..1. */
  valid: number;
}

const WHERE = 'nas.generate.diffusion';

/** A diffusion over graphs whose score network is trained; dispose it. See {@link diffusion}. */
export class GraphDiffusion {
  /** Score of encoded points, places from -1 to 1. */
  readonly score: Score;

  /** @internal Use `nas.generate.diffusion`. */
  constructor(
    readonly space: DagSpace,
    readonly sde: Sde,
    readonly network: Module
  ) {
    this.score = scoreOf(network, sde);
  }

  /**
   * Trains a predictor of a value on noisy points, the time with them, so that it can guide; values are standardised, and so is what it says. Dispose its network.
   *
   * @throws {SwitchyardError} where there are not as many values as points, two or more, or values are all the same.
   */
  async predictor(
    points: readonly Point[],
    values: readonly number[],
    options: NoiseTrainingOptions & { hidden?: readonly number[] } = {}
  ): Promise<TrainedFlow<Guide>> {
    const { hidden = [64, 64], seed = 0 } = options;
    const data = encoded(this.space, points);
    try {
      const task = noisyValues({ data, values, sde: this.sde, batchSize: batchOf(options) });
      const network = mlp({ inputWidth: data.shape[1] + 2, hidden, outputWidth: 1, activation: 'gelu', seed });
      await learn(network, task, options);
      const said = velocityOf(network);
      return { network, at: (x, t) => tf.tidy(() => said(x, t).reshape<tf.Tensor1D>([-1])) };
    } finally {
      data.dispose();
    }
  }

  /**
   * Draws points by the reverse process, of each node the operation of the greatest place, of each pair an edge where its place is above the middle.
   *
   * @throws {SwitchyardError} where an option is out of range.
   */
  sample({ count, predictor, guidance = 1, steps = 100, seed = 0 }: DiffusionSampleOptions): Generated {
    const where = `${WHERE}: sample`;
    expectInteger(where, 'count', count, 1);
    expectInteger(where, 'steps', steps, 1);
    expectNumber(where, 'guidance', guidance);
    const score = predictor === undefined ? this.score : guided(this.score, predictor, guidance);
    const width = widthOf(this.space);
    const random = Random.fromSeed(seed).child('diffusion');
    const drawn = reverse(score, { sde: this.sde, count, width, steps, random });
    const rows = drawn.arraySync();
    drawn.dispose();
    const points = rows
      .map((row) => this.space.decode(row.map((value) => (value + 1) / 2)))
      .filter((point) => this.space.isFeasible(point));
    return { points, valid: points.length / count };
  }

  dispose(): void {
    this.network.dispose();
  }
}

/**
 * Predictor-guided generation of architectures (DiffusionNAG, arXiv 2305.16943): architectures are directed graphs of a space, operations and edges one vector; a forward process makes noise of it, a graph
 * network learns its score by denoising, and the reverse process draws graphs, guided by the gradient of a predictor that was trained on noisy graphs. The score network is trained once; predictors of
 * other aims guide it without another training.
 *
 * @throws {SwitchyardError} where an option is out of range, or a point is none of the space.
 */
export async function diffusion(options: DiffusionOptions): Promise<GraphDiffusion> {
  const { space, sde = variancePreserving({ high: 12 }), width = 48, layers = 3, seed = 0 } = options;
  expectInteger(WHERE, 'width', width, 1);
  expectInteger(WHERE, 'layers', layers, 1);
  if (!(space instanceof DagSpace)) {
    fail(WHERE, 'space must be one of graphs (nas.space.dag)', space);
  }
  const random = Random.fromSeed(seed).child('diffusion');
  const next = random.child('points').generator();
  const data = encoded(space, options.points ?? Array.from({ length: 1000 }, () => space.sample(next)));
  const network = new GraphDenoiser(space, { width, layers, random: random.child('network') });
  try {
    await learn(network, scoreMatching({ data, sde, batchSize: batchOf(options) }), options);
  } catch (error) {
    network.dispose();
    throw error;
  } finally {
    data.dispose();
  }
  return new GraphDiffusion(space, sde, network);
}

/** The score of a network that says the noise in points. */
function scoreOf(network: Module, sde: Sde): Score {
  const noise = velocityOf(network);
  return (x, t) => tf.tidy(() => noise(x, t).mul<tf.Tensor2D>(-1 / sde.marginal(t).deviation));
}

const batchOf = ({ batchSize = 64 }: NoiseTrainingOptions): number => batchSize;

/** Trains by Adam at a rate that falls to 0; no step trains nothing. */
async function learn(network: Module, task: Task<FlowBatch>, options: NoiseTrainingOptions): Promise<void> {
  const { steps = 800, learningRate = 0.01, seed = 0 } = options;
  expectInteger(WHERE, 'steps', steps, 0);
  if (steps > 0) {
    const adam = { schedule: 'cosine', warmup: 0, weightDecay: 0, betas: [0.9, 0.999] } as const;
    await fit(network, task, { steps, learningRate, seed, ...adam, progress: false });
  }
}

const widthOf = (space: DagSpace): number => space.nodes * space.operations.length + space.pairs.length;

/** Points as rows of places from -1 to 1. */
function encoded(space: DagSpace, points: readonly Point[]): tf.Tensor2D {
  points.forEach((point) => space.check(point));
  return tf.tensor2d(points.map((point) => space.encode(point).map((value) => 2 * value - 1)), [points.length, widthOf(space)]); // prettier-ignore
}
