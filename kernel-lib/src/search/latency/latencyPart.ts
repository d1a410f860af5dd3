import { tf } from '../../base/backend';
import { captureInputs, expectInteger, fail, Random } from '../../base/core';
import type { Module } from '../../base/core';
import type { Candidate, Point, Space } from '../space';

/** A part of a network whose time is measured by itself: a block, or an operator, at the shape of what it reads. */
export interface LatencyPart {
  /** Its name in a table: all that its time depends on, shapes among it. Parts with one key are measured once. */
  readonly key: string;
  /** Shape of its input, which is then drawn from the normal distribution; or what makes the input, such as token ids. */
  readonly input: readonly number[] | (() => tf.Tensor);
  /** Builds it. Who measures disposes it. */
  readonly build: () => Module;
  /**
   * Path of the part in what `build` builds, such as "layers.0" of a transformer of one layer: it is timed on what reaches it when the whole reads the
   * input. Default: all that is built.
   */
  readonly path?: string;
}

/** Parts of a candidate, in the order in which they run; a part that runs twice is there twice. */
export type PartsOf = (candidate: Candidate) => readonly LatencyPart[];

/** Spaces of at most so many candidates are gone through. */
const ALL = 4096;
/** Draws in a row that bring no new part, after which there is taken to be none. */
const PATIENCE = 1000;

/**
 * The points whose parts a table is to hold: of a small space all, of another, lazily, points with each value of each choice and then drawn ones. Whoever reads
 * them says of each whether it was worth it, and they end when for long none was.
 */
export function* pointsOfParts(space: Space, wasNew: () => boolean): Generator<Point> {
  if (space.size <= ALL) {
    yield* space.points();
    return;
  }
  const next = Random.fromSeed(0).child('latency-table').generator();
  for (const { label, domain } of space.leaves) {
    if (domain.kind === 'categorical') {
      for (const value of domain.values) {
        const point = space.complete({ [label]: value }, next);
        if (point[label] === value && space.isFeasible(point)) {
          yield point;
        }
      }
    }
  }
  for (let inVain = 0; inVain < PATIENCE; inVain = wasNew() ? 0 : inVain + 1) {
    yield space.sample(next);
  }
}

/** The input of a part; the caller disposes it. @throws {SwitchyardError} where the shape is none. */
export function inputOf({ key, input }: Pick<LatencyPart, 'key' | 'input'>): tf.Tensor {
  if (typeof input === 'function') {
    return input();
  }
  if (input.length === 0) {
    fail('nas.latencyTable', `the input of "${key}" must be a shape, or what makes it`, input);
  }
  input.forEach((size) => expectInteger('nas.latencyTable', `the input's shape of "${key}"`, size, 1));
  return tf.randomNormal([...input], 0, 1, 'float32', 1);
}

/** A part that stands ready to be timed. */
export interface ReadyPart {
  readonly module: Module;
  readonly input: tf.Tensor;
  dispose(): void;
}

/** Builds a part, with what it reads. @throws {SwitchyardError} where its path leads to no module, or to one that the pass does not reach. */
export function readyPart(part: LatencyPart): ReadyPart {
  const whole = part.build();
  try {
    const x = inputOf(part);
    if (part.path === undefined) {
      return ready(whole, whole, x);
    }
    try {
      const module = whole.modules().get(part.path);
      // A module that runs several times is timed on what it reads first.
      const [first, ...others] = captureInputs(whole, x, (each): each is Module => each === module);
      others.forEach(({ input }) => input.dispose());
      return first === undefined
        ? fail('nas.latencyTable', `the path of "${part.key}" must be of a module that a pass reaches`, part.path)
        : ready(whole, first.module, first.input);
    } finally {
      x.dispose();
    }
  } catch (error) {
    whole.dispose();
    throw error;
  }
}

function ready(whole: Module, module: Module, input: tf.Tensor): ReadyPart {
  return {
    ...{ module, input },
    dispose: () => {
      whole.dispose();
      input.dispose();
    }
  };
}
