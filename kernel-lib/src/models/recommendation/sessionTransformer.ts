import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, fail, given, Module, Random } from '../../base/core';
import { crossEntropy } from '../../base/ops';
import { CausalSelfAttention, Embedding, FeedForward, LayerNorm, Linear, normal } from '../../nn/layers';

/** Options of `models.SessionTransformer`. */
export interface SessionTransformerOptions {
  /** Values that each attribute of an item may have: [2, 30] of one with 2 and one with 30. */
  attributes: readonly number[];
  /** D. */
  width: number;
  /** Default 1. */
  layers?: number;
  /** Heads, which divide the width. Default 1. */
  heads?: number;
  /** Positions of a session that are told apart, at most. Default 20. */
  positions?: number;
  /** Attributes, by number, that are predicted of the next item besides the item. Default: none. */
  tasks?: readonly number[];
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

const WHERE = 'models.SessionTransformer';

/**
 * Session-based recommender whose items have no embedding of their own (M2TRec, arXiv 2209.11824): an item is the sum of the embeddings of its attributes through a feed-forward network, a transformer reads the session, and the next item
 * is scored by the product with the session's state, so that an item that no session had is recommended by its attributes; the state predicts attributes of the next item as well. Parameters do not depend on how many items there
 * are: items are given at each call, as the values of their attributes.
 *
 * @throws {SwitchyardError} where a size is out of range, heads do not divide the width, or a task is of no attribute.
 */
export class SessionTransformer extends Module {
  readonly kind = 'session-transformer';
  private readonly embeddings: readonly Embedding[];
  private readonly item: FeedForward;
  private readonly places: Embedding;
  private readonly blocks: readonly { norm: LayerNorm; attention: CausalSelfAttention; between: LayerNorm; feedForward: FeedForward }[]; // prettier-ignore
  private readonly last: LayerNorm;
  private readonly heads: ReadonlyMap<number, Linear>;

  constructor(readonly options: SessionTransformerOptions) {
    const { attributes, width, layers = 1, heads = 1, positions = 20, tasks = [], seed = 0 } = given(WHERE, options);
    super();
    Object.entries({ width, layers, heads, positions }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1)); // prettier-ignore
    if (attributes.length === 0 || width % heads !== 0) {
      fail(WHERE, 'there must be attributes, and heads must divide the width', [attributes.length, width, heads]);
    }
    attributes.forEach((count) => expectInteger(WHERE, 'attributes', count, 1));
    tasks.forEach((task) => expectInteger(WHERE, 'tasks', task, 0, attributes.length - 1));
    const random = Random.fromSeed(seed).child('sessionTransformer');
    const axis = Axis.of('width', width).pin('items and sessions share it');
    const embedding = (name: string, count: number): Embedding =>
      this.addChild(name, new Embedding({ count: Axis.of('ids', count).pin('the data have them'), width: axis, initializer: normal(0.3), random: random.child(name) })); // prettier-ignore
    const norm = (name: string): LayerNorm => this.addChild(name, new LayerNorm({ width: axis }));
    const feed = (name: string): FeedForward =>
      this.addChild(name, new FeedForward({ width: axis, hidden: Axis.of('hidden', 2 * width), random: random.child(name) })); // prettier-ignore
    this.embeddings = attributes.map((count, i) => embedding(`attribute${i}`, count));
    this.item = feed('item');
    this.places = embedding('places', positions);
    this.blocks = Array.from({ length: layers }, (_, i) => ({
      norm: norm(`${i}.norm`),
      attention: this.addChild(`${i}.attention`, new CausalSelfAttention({ width: axis, heads, random: random.child(`${i}.attention`) })), // prettier-ignore
      between: norm(`${i}.between`),
      feedForward: feed(`${i}.feedForward`)
    }));
    this.last = norm('last');
    this.heads = new Map(tasks.map((task) => [task, this.addChild(`task${task}`, new Linear({ inputWidth: axis, outputWidth: Axis.of('values', attributes[task]).pin('the data have them'), random: random.child(`task${task}`) }))])); // prettier-ignore
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'sessions are read with their items (states)', 'a tensor');
  }

  /** Items by the values of their attributes, int32 [I, A] to [I, D]: alike where their attributes are. */
  items(catalogue: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    expectShape(ctx.path || WHERE, catalogue, ['I', this.options.attributes.length]);
    return tf.tidy(() => {
      const columns = tf.unstack(catalogue, 1);
      const sum = tf.addN(this.embeddings.map((each, i) => each.apply(columns[i], ctx.within(`attribute${i}`))));
      return sum.add(this.item.apply(sum, ctx.within('item')));
    });
  }

  /** States of sessions after each of their items, [B, N, D], of items [I, D] and which were looked at, int32 [B, N]; the last positions count where a session is longer than there are. */
  states(items: tf.Tensor2D, sessions: tf.Tensor2D, ctx: Context): tf.Tensor3D {
    const { positions = 20, width } = this.options;
    expectShape(ctx.path || WHERE, items, ['I', width]);
    expectShape(ctx.path || WHERE, sessions, ['B', 'N']);
    return tf.tidy(() => {
      const kept = sessions.slice([0, Math.max(0, sessions.shape[1] - positions)]);
      const length = kept.shape[1];
      const places = this.places.apply(tf.range(0, length, 1, 'int32'), ctx.within('places'));
      let x = tf.gather(items, kept).add(places);
      this.blocks.forEach(({ norm, attention, between, feedForward }, i) => {
        const heard = attention.apply(norm.apply(x, ctx.within(`${i}.norm`)), ctx.within(`${i}.attention`));
        x = x.add(heard);
        x = x.add(feedForward.apply(between.apply(x, ctx.within(`${i}.between`)), ctx.within(`${i}.feedForward`)));
      });
      return this.last.apply(x, ctx.within('last')) as tf.Tensor3D;
    });
  }

  /** Logits of the next item after the last of each session, [B, I]. */
  scores(catalogue: tf.Tensor2D, sessions: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    return tf.tidy(() => {
      const items = this.items(catalogue, ctx);
      return tf.matMul(this.ends(this.states(items, sessions, ctx)), items, false, true);
    });
  }

  /** Loss of the next item and of each task, by name ("item", and "attribute 1" of the second): mean cross entropies, of sessions and the items that come next, int32 [B]. */
  losses(catalogue: tf.Tensor2D, sessions: tf.Tensor2D, next: tf.Tensor1D, ctx: Context): Record<string, tf.Scalar> {
    return tf.tidy(() => {
      const items = this.items(catalogue, ctx);
      const ends = this.ends(this.states(items, sessions, ctx));
      const losses: Record<string, tf.Scalar> = {
        item: crossEntropy(tf.matMul(ends, items, false, true), next).mean()
      };
      const wanted = tf.unstack(tf.gather(catalogue, next), 1);
      this.heads.forEach((head, task) => {
        const logits = head.apply(ends, ctx.within(`task${task}`)) as tf.Tensor2D;
        losses[`attribute ${task}`] = crossEntropy(logits, wanted[task] as tf.Tensor1D).mean();
      });
      return losses;
    });
  }

  private ends(states: tf.Tensor3D): tf.Tensor2D {
    const [batch, length, width] = states.shape;
    return states.slice([0, length - 1, 0], [batch, 1, width]).reshape([batch, width]);
  }
}
