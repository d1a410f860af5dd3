import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, fail, Module, Parameter, type Random } from '../../base/core';
import { Embedding, Linear, normal, Recurrent } from '../../nn/layers';

/** Sizes of a slate recommender. */
export interface SlateNetworkOptions {
  /** Group of each item, from 0: its category. [I]. */
  groups: readonly number[];
  /** Width of item vectors, W. */
  width: number;
  /** Width of the recurrent state. Default: that of item vectors. */
  hidden?: number;
}

/** The means of a slate recommender: item vectors as their group's and an offset, a GRU over what was clicked, and the logit of no click. */
export class SlateNetwork extends Module {
  readonly kind = 'slate-network';
  readonly noClick: Parameter;
  private readonly groups: Embedding;
  private readonly offsets: Embedding;
  private readonly gru: Recurrent;
  private readonly state: Linear;

  constructor(
    where: string,
    private readonly options: SlateNetworkOptions,
    random: Random
  ) {
    super();
    const { groups, width, hidden = width } = options;
    expectInteger(where, 'width', width, 1);
    expectInteger(where, 'hidden', hidden, 1);
    if (!Array.isArray(groups) || groups.length === 0) {
      fail(where, 'there must be an item', groups);
    }
    groups.forEach((group) => expectInteger(where, 'groups', group, 0, groups.length - 1));
    const axis = Axis.of('width', width).pin('items and users share it');
    const embedding = (name: string, count: number): Embedding =>
      this.addChild(name, new Embedding({ count: Axis.of('ids', count).pin('the data have them'), width: axis, initializer: normal(0.1), random: random.child(name) })); // prettier-ignore
    this.groups = embedding('groups', Math.max(...groups) + 1);
    this.offsets = embedding('offsets', groups.length);
    this.gru = this.addChild('gru', new Recurrent({ inputWidth: axis, hidden, cell: 'gru', random: random.child('gru') })); // prettier-ignore
    this.state = this.addChild('state', new Linear({ inputWidth: hidden, outputWidth: axis, random: random.child('state') })); // prettier-ignore
    this.noClick = this.addParameter(
      'noClick',
      Parameter.over([], () => tf.scalar(0), { decay: false })
    );
  }

  /** Item vectors [I, W]. */
  items(ctx: Context): tf.Tensor2D {
    return tf.tidy(() => {
      const { groups } = this.options;
      const ids = tf.range(0, groups.length, 1, 'int32');
      const centres = this.groups.apply(tf.tensor1d([...groups], 'int32'), ctx.within('groups'));
      return centres.add(this.offsets.apply(ids, ctx.within('offsets')));
    });
  }

  /** Logits of all items after what users clicked, int32 [B, N] with N of 0 or more and -1 in front of shorter histories; [B, I]. */
  override apply(clicks: tf.Tensor, ctx: Context): tf.Tensor2D {
    expectShape(ctx.path || this.kind, clicks, ['B', 'N']);
    return tf.tidy(() => {
      const items = this.items(ctx);
      const [batch, length] = clicks.shape as [number, number];
      // Nothing is clicked before the first: the state begins from a vector of zeros, which stands for -1 as well.
      const vectors = tf.concat([tf.zeros([1, items.shape[1]]), items]);
      const ids = tf.concat([tf.zeros([batch, 1], 'int32'), clicks.add(tf.scalar(1, 'int32'))], 1).toInt();
      const states = this.gru.apply(tf.gather(vectors, ids), ctx.within('gru'));
      const last = states.slice([0, length, 0], [batch, 1, -1]).reshape([batch, -1]);
      return tf.matMul(this.state.apply(last, ctx.within('state')) as tf.Tensor2D, items, false, true);
    });
  }
}
