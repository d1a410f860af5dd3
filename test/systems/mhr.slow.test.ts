import { core, peft, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import type { Batches } from '../support/regression';
import { errorOf, mean, regress } from '../support/regression';
import { frozenLinear, inventory, leaveTasks, related, TASKS } from '../support/relatedTasks';

const { Context } = core;

/** Mean cosine between the gradients of two tasks, with respect to the adapters that all tasks share. */
function alignment(adapters: peft.Adapters, { batches, ids }: ReturnType<typeof related>): number {
  const shared = [...adapters.parameters()]
    .filter(([path]) => /\.[ab]$/.test(path))
    .map(([, { variable }]) => variable);
  const { x, y } = batches(8_000_000);
  const gradients = Array.from({ length: TASKS }, (_, task) => {
    const ctx = Context.create();
    leaveTasks(ids)(ctx);
    const mine = tf.tensor2d(ids.map((id) => [id === task ? 1 : 0]));
    const { value, grads } = tf.variableGrads(
      () => tf.tidy(() => adapters.apply(x, ctx).sub(y).square().mul(mine).sum() as tf.Scalar),
      shared
    );
    const flat = tf.tidy(() => tf.concat(shared.map((v) => grads[v.name].flatten())).dataSync());
    tf.dispose([value, mine, ...Object.values(grads)]);
    ctx.dispose();
    return flat;
  });
  tf.dispose([x, y]);
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);
  const pairs = gradients.flatMap((a, i) =>
    gradients.slice(i + 1).map((b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)))
  );
  return mean(pairs);
}

test('[mhr] gradients of tasks with one adapter, several and heads; errors of theirs, as logarithms; and ways to a new task', async () => {
  const found = await overTenSeeds('mhr', (seed) => {
    const [shared, poly, mhr] = [[1, 1], [3, 1], [3, 4]].map(([experts, heads]) => pretrain(experts, heads, seed)); // prettier-ignore
    const few = Object.fromEntries(
      (['full', 'z', 'mu'] as const).map((how) => [how, fewShot(mhr.adapters, how, seed)])
    ) as Record<peft.TaskAdaptation, number>;
    [shared, poly, mhr].forEach(({ adapters }) => adapters.remove());
    return {
      ...{ polyAligns: poly.cosine - shared.cosine, headsAlign: mhr.cosine - poly.cosine },
      ...{ polyFits: Math.log(shared.error / poly.error), headsFit: Math.log(poly.error / mhr.error) },
      ...{ meanBehind: Math.log(few.mu / few.full), routingBehind: Math.log(few.z / few.full) }
    };
  });
  const verdicts = Object.fromEntries(Object.entries(found).map(([name, { verdict }]) => [name, verdict]));
  expect(verdicts).toEqual({
    ...{ polyAligns: 'above', headsAlign: 'above', polyFits: 'above', headsFit: 'above' },
    ...{ meanBehind: 'undecided', routingBehind: 'above' }
  });
});

/** Trains an inventory on the tasks, and looks at it twice on the way. */
function pretrain(experts: number, heads: number, seed: number) {
  const adapters = peft.taskLora(frozenLinear(seed), inventory(experts, heads, seed));
  const tasks = related(seed, 0);
  const cosines = [0, 1].map(() => {
    regress(adapters, tasks.batches, { steps: 75, seed, learningRate: 0.02, prepare: leaveTasks(tasks.ids) });
    return alignment(adapters, tasks);
  });
  return { adapters, cosine: mean(cosines), error: errorOf(adapters, tasks.batches, leaveTasks(tasks.ids)) };
}

/** Goes on with two batches of one new task; the error on others of that task. */
function fewShot(pretrained: peft.Adapters, how: peft.TaskAdaptation, seed: number): number {
  const copy = peft.taskLora(frozenLinear(seed), inventory(3, 4));
  copy.parameters().forEach((parameter, path) => parameter.assign(pretrained.parameters().get(path)!.variable));
  const next = peft.adaptTasks(copy, { tasks: 1, how, seed });
  const { batches, ids } = related(seed, 100, 1);
  const few: Batches = (step) => batches(step < 1000 ? step % 2 : step);
  const wanted = (path: string) => next.parameters().get(path)!.trainable;
  regress(next, few, { steps: 75, seed, learningRate: 0.02, wanted, prepare: leaveTasks(ids) });
  const error = errorOf(next, batches, leaveTasks(ids));
  next.remove();
  return error;
}
