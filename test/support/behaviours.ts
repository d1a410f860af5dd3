/** Users who chose items before, and a layer that ranks an item for them: what `routers.attention` is for. */
import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

const { Context, Random } = core;

/** Features of an item, D / 2. */
const FEATURES = 8;
/** Of an item and of the mean of what was chosen. */
export const WIDTH = 2 * FEATURES;
/** Behaviours of a user, at most. */
export const HISTORY = 10;

export type Users = {
  /** The item to be ranked, and the mean of the behaviours; [T, D]. */
  x: tf.Tensor2D;
  /** Items that the user chose, rows of zeros where there are no more; [T, N, D]. */
  behaviours: tf.Tensor3D;
  clicked: tf.Tensor1D;
  /** 0 or 1; [T]. */
  types: tf.Tensor1D;
  /** 1 for those with two behaviours, 0 for those with ten; [T]. */
  tail: tf.Tensor1D;
};

/** Users of two types that want different things of an item; most of what they chose before they chose by chance. */
export function makeUsers(seed: number, step: number, count: number): Users {
  const draw = Random.fromSeed(seed).child('draw').child(step);
  return tf.tidy(() => {
    const [wants, shows] = ['wants', 'shows'].map((name) => Random.fromSeed(seed).child(name).normal([2, FEATURES]));
    const bit = (name: string) => draw.child(name).uniform([count]).less(0.5).toInt() as tf.Tensor1D;
    const [types, tail] = [bit('types'), bit('tail')];
    const item = draw.child('item').normal([count, FEATURES]);
    const meant = draw.child('meant').uniform([count, HISTORY, 1]).less(0.3).toFloat();
    const there = tf
      .range(0, HISTORY)
      .expandDims(0)
      .less(tf.sub(HISTORY, tail.toFloat().mul(HISTORY - 2)).expandDims(1));
    const chosen = draw
      .child('behaviours')
      .normal([count, HISTORY, FEATURES])
      .add(tf.gather(shows, types).expandDims(1).mul(meant).mul(2))
      .mul(there.toFloat().expandDims(2));
    const pooled = chosen.sum(1).div(there.toFloat().sum(1, true));
    const odds = item.mul(tf.gather(wants, types)).sum(1).mul(2);
    const clicked = draw.child('clicked').uniform([count]).less(tf.sigmoid(odds)).toFloat();
    const behaviours = chosen.pad([
      [0, 0],
      [0, 0],
      [FEATURES, 0]
    ]);
    return { x: item.concat(pooled, 1), behaviours, clicked, types, tail } as Users;
  });
}

const layerOf = (router: routers.RouterSpec, seed: number) =>
  moe.layer({ router, experts: 4, width: WIDTH, hidden: 8, random: Random.fromSeed(seed) });

/** The log odds of a click: the first feature that comes out; [T]. */
function score(layer: moe.MoeLayer, { x, behaviours }: Users, ctx: core.Context): tf.Tensor1D {
  ctx.setState(routers.BEHAVIOURS, behaviours.clone());
  return layer.apply(x, ctx).slice([0, 0], [-1, 1]).squeeze([1]);
}

/** A layer of four experts that is trained to rank. */
export function train(router: routers.RouterSpec, seed: number, steps = 200): moe.MoeLayer {
  const layer = layerOf(router, seed);
  const loss = (ctx: core.Context, step: number) => {
    const users = makeUsers(seed, step, 256);
    const odds = score(layer, users, ctx);
    return tf.softplus(odds).sub(odds.mul(users.clicked)).mean();
  };
  minimise(layer, loss, { steps, seed });
  return layer;
}

/** The share of pairs of a clicked and another item that are in the right order. */
function auc(scores: readonly number[], clicked: readonly number[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[a] - scores[b]);
  let [below, right] = [0, 0];
  order.forEach((i) => (clicked[i] === 1 ? (right += below) : below++));
  return right / (below * (scores.length - below));
}

const host = (t: tf.Tensor) => Array.from(t.dataSync());

/** AUC of users with ten behaviours and with two. */
export function measure(layer: moe.MoeLayer, seed: number) {
  const users = makeUsers(seed, 1_000_000, 4000);
  const ctx = Context.create();
  const scores = host(tf.tidy(() => score(layer, users, ctx)));
  ctx.dispose();
  const [clicked, tail] = [host(users.clicked), host(users.tail)];
  const of = (which: number) => {
    const own = scores.map((_, i) => i).filter((i) => tail[i] === which);
    return auc(
      own.map((i) => scores[i]),
      own.map((i) => clicked[i])
    );
  };
  tf.dispose(Object.values(users));
  return { head: of(0), tail: of(1) };
}
