import { core, tf } from '@switchyard/kernel-lib';
import type { Batches } from './regression';

const { Context, Random } = core;

/** Tasks that ask a frozen module for different changes of its output. */
export interface Conflict {
  /** Tokens of all tasks, as many of each, those of task 0 first; targets are what the module does plus the task's own map. */
  batches: Batches;
  /** Task of each token of a batch. */
  tasks: number[];
}

export interface ConflictOptions {
  tasks?: number;
  /** Width of what goes in and comes out, D. */
  width?: number;
  numTokens?: number;
  /** Rank of each task's map. */
  rank?: number;
  /** How far from the origin a task's tokens lie. */
  distance?: number;
  seed: number;
}

/** What `base` makes of a token (a module of its own, not the one that is adapted), plus a map of low rank of the token's task, which the token's place gives away. */
export function makeConflict(base: core.Module, options: ConflictOptions): Conflict {
  const { tasks: count = 2, width = 16, numTokens = 128, rank = 2, distance = 1.5, seed } = options;
  const random = Random.fromSeed(seed).child('conflict');
  const each = numTokens / count;
  const batches: Batches = (step) =>
    tf.tidy(() => {
      const parts = Array.from({ length: count }, (_, task) => {
        const own = random.child(task);
        const centre = own.child('centre').normal([1, width]).mul(distance);
        const x = own.child('x').child(step).normal([each, width]).add(centre);
        const [a, b] = ['a', 'b'].map((name) => own.child(name));
        const map = tf
          .matMul(a.normal([width, rank], 0, 0.3), b.normal([rank, width], 0, 0.7))
          .mul(1 / Math.sqrt(rank));
        // Without its mean, so that a constant for each task is not what is learnt.
        return { x, change: x.sub(centre).matMul(map as tf.Tensor2D) };
      });
      const x = tf.concat(parts.map((part) => part.x));
      const y = base.apply(x, Context.create()).add(tf.concat(parts.map(({ change }) => change)));
      return { x, y };
    });
  return { batches, tasks: Array.from({ length: numTokens }, (_, t) => Math.floor(t / each)) };
}

/** Mutual information of two labellings of the same things, in bits. */
export function mutualInformation(a: readonly number[], b: readonly number[]): number {
  const share = (labels: readonly unknown[]): Map<unknown, number> => {
    const shares = new Map<unknown, number>();
    labels.forEach((label) => shares.set(label, (shares.get(label) ?? 0) + 1 / labels.length));
    return shares;
  };
  const entropy = (labels: readonly unknown[]): number =>
    [...share(labels).values()].reduce((sum, p) => sum - p * Math.log2(p), 0);
  return entropy(a) + entropy(b) - entropy(a.map((label, i) => `${label}/${b[i]}`));
}

/** What each router in `module` decides about `x`: the records of one pass. */
export function recordsOf(module: core.Module, x: tf.Tensor): core.RoutingRecord[] {
  const records: core.RoutingRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  module.apply(x, ctx).dispose();
  ctx.dispose();
  return records;
}

/** The first choice of each token. */
export function firstChoices({ indices, k }: core.RoutingRecord): number[] {
  return Array.from(indices.filter((_, i) => i % k === 0));
}
