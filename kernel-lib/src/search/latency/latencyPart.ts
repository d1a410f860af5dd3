import { tf } from '../../base/backend';
import { expectInteger, fail, Random } from '../../base/core';
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
