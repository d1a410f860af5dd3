import { core, layers, moe, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { overTenSeeds } from '../support/paired';
import type { Batches } from '../support/regression';
import { errorOf, mean, regress } from '../support/regression';
import { choicesOf } from '../support/stack';

const { Random } = core;

const WIDTH = 16;
const TASKS = 5;
const EXPERTS = 8;
const K = 2;
const HIDDEN = 16;
/** Tasks 0, 1, 2 and 4 are variations of one map; task 3 has another. */
const RELATED = [0, 1, 2];
const UNRELATED = 3;
const NEW = 4;

const taskIds = (count: number, tasks: readonly number[]) =>
  Array.from({ length: count }, (_, i) => tasks[i % tasks.length]);

/** Tokens in turn of each of the tasks, which the last features name; a map of the other features for each task. */
function batchesOf(seed: number, tasks: readonly number[], count: number, fixed?: number): Batches {
  const random = Random.fromSeed(seed);
  const map = (task: number) => {
    const own = random.child('own').child(task).normal([WIDTH, WIDTH], 0, 0.35);
    const common = random
      .child('common')
      .child(task === UNRELATED ? 1 : 0)
      .normal([WIDTH, WIDTH], 0, 0.35);
    return common.add(own.mul(0.3));
  };
  return (step) =>
    tf.tidy(() => {
      const tokens = random
        .child('tokens')
        .child(fixed ?? step)
        .normal([count, WIDTH]);
      const of = tf.oneHot(tf.tensor1d(taskIds(count, tasks), 'int32'), TASKS).toFloat() as tf.Tensor2D;
      const x = tf.concat([tokens.slice([0, 0], [-1, WIDTH - TASKS]), of.mul(2)], 1);
      const y = tasks.map((task) => tf.tanh(x.matMul(map(task) as tf.Tensor2D)).mul(of.slice([0, task], [-1, 1])));
      return { x, y: tf.addN(y) };
    });
}

const naming = (count: number, tasks: readonly number[]) => (ctx: core.Context) =>
  ctx.setState(
    moe.TASK_IDS,
    tf.tidy(() => tf.tensor1d(taskIds(count, tasks), 'int32'))
  );

const COUNT = 240;
const FEW = 16;

const errorOn = (module: core.Module, seed: number, tasks: readonly number[], count = COUNT) =>
  errorOf(module, batchesOf(seed, tasks, count), naming(count, tasks));

function train<M extends core.Module>(module: M, seed: number, tasks: readonly number[]): M {
  regress(module, batchesOf(seed, tasks, COUNT), { steps: 200, seed, prepare: naming(COUNT, tasks) });
  return module;
}

function makeMixture(seed: number): moe.MoeLayer {
  const balance = { loss: { convention: 'switch' as const, coefficient: 1e-3 } };
  const router = routers.task({ k: K, tasks: TASKS, content: false, balance });
  return moe.layer({ router, experts: EXPERTS, width: WIDTH, hidden: HIDDEN, random: Random.fromSeed(seed) });
}

/** As much work on a token: the two experts', and the router's. */
const makeDense = (seed: number) =>
  new layers.FeedForward({ width: WIDTH, hidden: K * HIDDEN + EXPERTS, random: Random.fromSeed(seed) });

/** How much of their experts each two of the tasks share, by load; [task][task]. */
function overlaps(layer: moe.MoeLayer, seed: number, tasks: readonly number[]): number[][] {
  const { x, y } = batchesOf(seed, tasks, COUNT)(1_000_000);
  const choices = choicesOf(layer, x, naming(COUNT, tasks))[0];
  tf.dispose([x, y]);
  const load = tasks.map((_, task) => {
    const own = choices.filter((_row, i) => i % tasks.length === task).flat();
    return Array.from({ length: EXPERTS }, (_row, expert) => own.filter((each) => each === expert).length);
  });
  const sum = (values: number[]) => values.reduce((a, b) => a + b);
  return load.map((a) =>
    load.map((b) => sum(a.map((n, e) => Math.min(n, b[e]))) / sum(a.map((n, e) => Math.max(n, b[e]))))
  );
}

/** Starts the new task from the gate [1, R] that is given, trains on a few samples; error on unseen ones. */
function learnNew(
  layer: moe.MoeLayer,
  seed: number,
  gate: (embedding: tf.Tensor) => tf.Tensor
): { before: number; after: number } {
  const kept = [...layer.parameters().values()].map((each) => [each, each.variable.clone()] as const);
  setValue(layer, 'router.embedding', (old) => old.slice([0], [NEW]).concat(gate(old)));
  const few = batchesOf(seed, [NEW], FEW, 0);
  const prepare = naming(FEW, [NEW]);
  const before = errorOf(layer, few, prepare);
  regress(layer, few, { steps: 5, seed, prepare });
  const after = errorOn(layer, seed, [NEW]);
  kept.forEach(([parameter, value]) => parameter.assign(value));
  tf.dispose(kept.map(([, value]) => value));
  return { before, after };
}

test('[task-aware-moe-mtl] an unrelated task and a new one: error of a dense network less that of the mixture, harm, sharing, gates', async () => {
  const all = [...RELATED, UNRELATED];
  const found = await overTenSeeds('task-aware-moe-mtl', (seed) => {
    const related = (module: core.Module) => {
      const error = errorOn(module, seed, RELATED);
      module.dispose();
      return error;
    };
    const layer = train(makeMixture(seed), seed, all);
    const dense = related(train(makeDense(seed), seed, all));
    const denseAlone = related(train(makeDense(seed), seed, RELATED));
    const mixtureAlone = related(train(makeMixture(seed), seed, RELATED));
    const mixture = errorOn(layer, seed, RELATED);
    const table = overlaps(layer, seed, all);
    const sharing = mean([table[0][1], table[0][2], table[1][2]]) - mean(RELATED.map((task) => table[task][UNRELATED]));
    const trials = all.map((from) => learnNew(layer, seed, (old) => old.slice([from], [1])));
    const nearest = trials.reduce((best, each) => (each.before < best.before ? each : best));
    const fresh = [1, 2, 3, 4, 5].map((draw) => learnNew(layer, seed, () => Random.fromSeed(draw).normal([1, 16])));
    layer.dispose();
    return {
      error: dense - mixture,
      harm: dense - denseAlone - (mixture - mixtureAlone),
      sharing,
      toFresh: mean(fresh.map(({ after }) => after)) - nearest.after,
      toUnrelated: trials[UNRELATED].after - nearest.after
    };
  });
  expect(Object.values(found).map(({ verdict }) => verdict)).toEqual(['above', 'above', 'above', 'above', 'above']);
});
