import { expectInteger, expectNumber, given, Random } from '../../base/core';
import type { Features, NodePair } from '../../base/graph';
import { kMeans } from '../../base/math';
import { adjustedRand, rocAuc } from '../../train/graphs/metrics';
import { ridgeClasses, standardized } from './ridgeClasses';

/** Options of `graph.probes.frozenTasks`. */
export interface FrozenTasksOptions {
  /** Class of each node, from 0; [N]. */
  labels: ArrayLike<number>;
  /** Nodes whose classes are known to the classifier; it is asked for the others. */
  training: readonly number[];
  /** Pairs of nodes that are joined and that are not, such as the test part of `graph.splits.links`. */
  links: { positives: readonly NodePair[]; negatives: readonly NodePair[] };
  /** Ridge penalty of the classifier. Default 1e-2. */
  penalty?: number;
  /** Default 0. */
  seed?: number;
}

/** Scores of one representation on three tasks. */
export interface FrozenTaskScores {
  /** Share of right classes. */
  node: number;
  /** Area under the curve of pairs, by products. */
  link: number;
  /** Adjusted Rand index of as many clusters as classes. */
  cluster: number;
}

/**
 * Scores of a representation of nodes that stays as it is, on three tasks (GraphFM, arXiv 2406.08310): classes of nodes by ridge regression, links by products, clusters by k-means; each column has mean 0 and deviation 1.
 *
 * @throws {SwitchyardError} where it is not of the same nodes as the labels, or nobody is known or asked for.
 */
export function frozenTasks({ values, width }: Features, options: FrozenTasksOptions): FrozenTaskScores {
  const where = 'graph.probes.frozenTasks';
  const { labels, training, links, penalty = 1e-2, seed = 0 } = given(where, options);
  const count = values.length / width;
  expectInteger(where, 'labels', labels.length, count, count);
  Array.from(labels).forEach((label) => expectInteger(where, 'classes', label, 0));
  training.forEach((node) => expectInteger(where, 'training', node, 0, count - 1));
  expectInteger(where, 'nodes of training', training.length, 1, count - 1);
  expectNumber(where, 'penalty', penalty, 0);
  const classes = Math.max(...Array.from(labels)) + 1;
  const rows = standardized(Array.from({ length: count }, (_, v) => Float64Array.from(values.subarray(v * width, (v + 1) * width)))); // prettier-ignore
  const known = new Set(training);
  const asked = rows.map((_, v) => v).filter((v) => !known.has(v));
  const found = ridgeClasses(where, rows.map((row) => [...row, 1]), { classes: labels, count: classes, train: training, penalty }); // prettier-ignore
  const product = ([a, b]: NodePair): number => rows[a].reduce((sum, value, f) => sum + value * rows[b][f], 0);
  const of = new Int32Array(count);
  kMeans(rows, { count: classes, next: Random.fromSeed(seed).child(where).generator() }).members.forEach((own, c) => own.forEach((v) => (of[v] = c))); // prettier-ignore
  return {
    node: asked.filter((v) => found[v] === labels[v]).length / asked.length,
    link: rocAuc(links.positives.map(product), links.negatives.map(product)),
    cluster: adjustedRand(of, labels)
  };
}

/** Consequence of a stop by the best score of one task. */
export interface StopCriterion {
  task: keyof FrozenTaskScores;
  /** Checkpoint at which that task is best, the first of equals. */
  checkpoint: number;
  /** How far each task is below its own best there. */
  regret: FrozenTaskScores;
}

/**
 * Stops of a pre-training by each of three tasks, and what each costs the others: checkpoints are scored by `graph.probes.frozenTasks`, in order.
 *
 * @throws {SwitchyardError} where there is no checkpoint.
 */
export function stopCriteria(checkpoints: readonly FrozenTaskScores[]): StopCriterion[] {
  expectInteger('graph.probes.stopCriteria', 'checkpoints', checkpoints.length, 1);
  const tasks = ['node', 'link', 'cluster'] as const;
  const best = (task: keyof FrozenTaskScores): number => Math.max(...checkpoints.map((scores) => scores[task]));
  return tasks.map((task) => {
    const checkpoint = checkpoints.findIndex((scores) => scores[task] === best(task));
    const regret = (of: keyof FrozenTaskScores): number => best(of) - checkpoints[checkpoint][of];
    return { task, checkpoint, regret: { node: regret('node'), link: regret('link'), cluster: regret('cluster') } };
  });
}
