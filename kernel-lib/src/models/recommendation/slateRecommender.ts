import { tf } from '../../base/backend';
import { Axis, Context, expectInteger, expectNumber, expectOneOf, expectShape, fail, given, Module, Parameter, Random } from '../../base/core'; // prettier-ignore
import { logSumExp } from '../../base/ops';
import { Recurrent } from '../../nn/layers';

/** Options of `models.SlateRecommender`. */
export interface SlateRecommenderOptions {
  /** Group of each item, from 0: categories of a catalogue; [I]. */
  groups: ArrayLike<number>;
  /** Values of an item and of a user's state, F. */
  width: number;
  /** Width of the GRU. Default F. */
  hidden?: number;
  /** Standard deviation of the prior of an item about its group. Default 0.5. */
  withinGroup?: number;
  /** Standard deviation of the prior of groups, and of the map to a user's state, about 0. Default 1. */
  acrossGroups?: number;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/** History of users: the slates that they were shown, one after the other, and the clicks. */
export interface SlateHistory {
  /** Items of each slate, int32 [B, T, S]. */
  slates: tf.Tensor3D;
  /** Place in the slate of what was clicked, 0..S-1, or S where nothing was; int32 [B, T]. */
  clicks: tf.Tensor2D;
}

/** Options of {@link SlateRecommender.recommend}. */
export interface SlateOptions {
  /** Items of a slate, S. */
  slateSize: number;
  /** Best items by the means ("greedy"), by one draw of all parameters ("thompson"), or place by place the best one left by a draw of its own ("inSlate"). Default "inSlate". */
  strategy?: 'greedy' | 'thompson' | 'inSlate';
  /** Items that each user may be shown, [B][at least S]. Default: all. */
  candidates?: readonly ArrayLike<number>[];
  /** Stream of the draws. */
  random: Random;
}

const WHERE = 'models.SlateRecommender';
const STRATEGIES = ['greedy', 'thompson', 'inSlate'] as const;

/** A normal distribution of independent values that is learnt. */
interface Learnt {
  mean: Parameter;
  /** Logarithm of the standard deviation. */
  spread: Parameter;
}

/**
 * Bayesian recommender of slates (SLATE-GRU, arXiv 2104.15046): a user's state is what a GRU makes of the items that were clicked, through a map that is known as a normal distribution, an item's vector one whose prior lies about the vector of its group, and a click
 * is a choice among the items of the slate and none, by a softmax of products. Learnt by variational inference; what is not known well is shown more where slates are made of draws (`recommend`).
 *
 * @throws {SwitchyardError} where a size is out of range, or groups are not 0 and up.
 */
export class SlateRecommender extends Module {
  readonly kind = 'slate-recommender';
  readonly numItems: number;
  private readonly options: Required<SlateRecommenderOptions>;
  private readonly groups: Int32Array;
  private readonly ofGroups: Learnt;
  private readonly ofItems: Learnt;
  /** From what the GRU holds, and 1, to a user's state: [H + 1, F]. */
  private readonly toState: Learnt;
  private readonly none: Parameter;
  private readonly gru: Recurrent;

  constructor(options: SlateRecommenderOptions) {
    const { groups, width, hidden = width, withinGroup = 0.5, acrossGroups = 1, seed = 0 } = given(WHERE, options);
    super();
    expectInteger(WHERE, 'width', width, 1);
    expectNumber(WHERE, 'withinGroup', withinGroup, 1e-6);
    expectNumber(WHERE, 'acrossGroups', acrossGroups, 1e-6);
    expectInteger(WHERE, 'the number of groups', groups.length, 1);
    Array.from(groups).forEach((group) => expectInteger(WHERE, 'groups', group, 0));
    this.options = { groups, width, hidden, withinGroup, acrossGroups, seed };
    this.groups = Int32Array.from(groups);
    this.numItems = groups.length;
    const random = Random.fromSeed(seed).child('slateRecommender');
    const axis = Axis.of('width', width).pin('items and users share it');
    const learnt = (name: string, count: number, spread: number, start = 0.1): Learnt => {
      const axes = [Axis.of(name, count).pin('the data have them'), axis];
      return {
        mean: this.addParameter(`${name}.mean`, Parameter.over(axes, (shape) => random.child(name).normal(shape, 0, start))), // prettier-ignore
        spread: this.addParameter(
          `${name}.spread`,
          Parameter.over(axes, (shape) => tf.fill(shape, Math.log(spread)))
        )
      };
    };
    this.ofGroups = learnt('groups', this.groups.reduce((most, group) => Math.max(most, group + 1), 0), acrossGroups); // prettier-ignore
    this.ofItems = learnt('items', groups.length, withinGroup);
    this.toState = learnt('state', hidden + 1, acrossGroups / 4, 0.5);
    this.none = this.addParameter(
      'none',
      Parameter.over([Axis.fixed('none', 1)], () => tf.zeros([1]))
    );
    this.gru = this.addChild('gru', new Recurrent({ inputWidth: axis, hidden, cell: 'gru', random: random.child('gru') })); // prettier-ignore
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'slates are made by recommend, and learnt by loss', 'a tensor');
  }

  /** Vectors of all items, [I, F]: their means, or a draw. */
  items(random?: Random): tf.Tensor2D {
    return tf.tidy(() => drawn(this.ofItems, random) as tf.Tensor2D);
  }

  /** Users' states before each interaction and after the last, [B, T + 1, F], of items [I, F]: their means, or a draw. Where nothing was clicked the GRU reads 0. */
  states(items: tf.Tensor2D, { slates, clicks }: SlateHistory, ctx: Context, random?: Random): tf.Tensor3D {
    const [batch, steps, size] = slates.shape;
    return tf.tidy(() => {
      const chosen = tf.oneHot(clicks, size + 1).toFloat().slice([0, 0, 0], [-1, -1, size]); // prettier-ignore
      const taken = tf.gather(items, slates).mul(chosen.expandDims(3)).sum(2);
      const start = tf.zeros([batch, 1, this.options.width]);
      const read = steps === 0 ? start : tf.concat([start, taken], 1);
      const held = this.gru.apply(read, ctx.within('gru'));
      const rows = tf.concat([held, tf.ones([batch, steps + 1, 1])], 2).reshape<tf.Tensor2D>([-1, held.shape[2]! + 1]);
      return tf.matMul(rows, drawn(this.toState, random) as tf.Tensor2D).reshape([batch, steps + 1, -1]);
    });
  }

  /**
   * Evidence bound to be made small: cross entropies of the clicks of one draw, summed over all interactions, plus how far all distributions are from their priors (a closed form), over the number of interactions.
   *
   * @param likelihood - Alternatives to a click: the items of the slate ("slate", the default) or all of the catalogue ("all"); with none, each time.
   */
  loss(history: SlateHistory, ctx: Context, likelihood: 'slate' | 'all' = 'slate'): tf.Scalar {
    const { slates, clicks } = history;
    expectOneOf(WHERE, 'likelihood', likelihood, ['slate', 'all']);
    expectShape(ctx.path || WHERE, slates, ['B', 'T', 'S']);
    const [batch, steps, size] = slates.shape;
    expectShape(ctx.path || WHERE, clicks, [batch, steps]);
    return tf.tidy(() => {
      const random = ctx.random.child('posterior');
      const items = this.items(random.child('items'));
      const users = this.states(items, history, ctx, random.child('users')).slice([0, 0, 0], [-1, steps, -1]);
      const shown = tf.gather(items, slates).mul(users.expandDims(2)).sum(3);
      const none = tf.fill([batch, steps, 1], 1).mul(this.none.read());
      const logits = tf.concat([shown, none], 2);
      const all = likelihood === 'slate' ? logits : tf.concat([tf.matMul(users.reshape([batch * steps, -1]), items, false, true).reshape([batch, steps, -1]), none], 2); // prettier-ignore
      const taken = logits.mul(tf.oneHot(clicks, size + 1)).sum(2);
      const interactions = batch * steps;
      return logSumExp(all).sub(taken).sum().add(this.divergence()).div(interactions).asScalar();
    });
  }

  /** Kullback-Leibler divergence from the priors: groups from 0, items from their groups, the map to users' states from 0. */
  private divergence(): tf.Scalar {
    const { withinGroup, acrossGroups } = this.options;
    const [group, item, state] = [this.ofGroups, this.ofItems, this.toState].map(({ mean, spread }) => ({ mean: mean.read(), variance: spread.read().mul(2).exp() })); // prettier-ignore
    const of = tf.tensor1d(this.groups, 'int32');
    // In expectation over the group's own distribution, whose variance is added.
    const about = tf.gather(group.variance, of).add(item.mean.sub(tf.gather(group.mean, of)).square());
    const terms = [
      divergenceOf(group.mean.square(), group.variance, acrossGroups),
      divergenceOf(about, item.variance, withinGroup),
      divergenceOf(state.mean.square(), state.variance, acrossGroups)
    ];
    return tf.addN(terms.map((term) => term.sum())).asScalar();
  }

  /**
   * A slate for each user after this history, best first: [B][S].
   *
   * @throws {SwitchyardError} where a user has fewer candidates than places.
   */
  recommend(history: SlateHistory, options: SlateOptions): number[][] {
    const { slateSize, strategy = 'inSlate', candidates, random } = given(WHERE, options);
    expectOneOf(WHERE, 'strategy', strategy, STRATEGIES);
    const batch = history.slates.shape[0];
    const every = Array.from({ length: this.numItems }, (_, item) => item);
    const open = Array.from({ length: batch }, (_, user) => Array.from(candidates?.[user] ?? every));
    open.forEach(({ length }) => expectInteger(WHERE, 'slateSize', slateSize, 1, length));
    const scores = (draw: number): number[][] => this.scores(history, strategy === 'greedy' ? undefined : random.child(draw)); // prettier-ignore
    const best = (of: number[], left: readonly number[]): number => left.reduce((top, item) => (of[item] > of[top] ? item : top)); // prettier-ignore
    const slates: number[][] = open.map(() => []);
    let now = scores(0);
    for (let place = 0; place < slateSize; place++) {
      now = strategy === 'inSlate' && place > 0 ? scores(place) : now;
      slates.forEach((slate, user) => slate.push(best(now[user], open[user].filter((item) => !slate.includes(item))))); // prettier-ignore
    }
    return slates;
  }

  /** Scores of all items for each user after the history, by means or by a draw of items and states: [B][I]. */
  private scores(history: SlateHistory, random?: Random): number[][] {
    return tf.tidy(() => {
      const items = this.items(random?.child('items'));
      const steps = history.slates.shape[1];
      const ctx = Context.create();
      const states = this.states(items, history, ctx, random?.child('users'));
      const users = states.slice([0, steps, 0], [-1, 1, -1]).reshape<tf.Tensor2D>([-1, this.options.width]);
      ctx.dispose();
      return tf.matMul(users, items, false, true).arraySync() as number[][];
    });
  }
}

/** The mean, or a draw. */
function drawn({ mean, spread }: Learnt, random?: Random): tf.Tensor {
  const middle = mean.read();
  return random === undefined ? middle.clone() : middle.add(random.normal(mean.shape).mul(spread.read().exp()));
}

/** Divergence of a normal distribution from one of this standard deviation, of its variance and the square of how far its mean is. */
function divergenceOf(squared: tf.Tensor, variance: tf.Tensor, prior: number): tf.Tensor {
  const scale = prior * prior;
  return squared.add(variance).div(scale).sub(1).sub(variance.div(scale).log()).div(2);
}
