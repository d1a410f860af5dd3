import { tf } from '../../base/backend';
import { Axis, expectInteger, Module, Parameter } from '../../base/core';
import type { Context, Random } from '../../base/core';
import { attend, constant, FeedForward, initialize, LayerNorm, Linear, normal, uniformFanIn } from '../layers';

/** Options of `moe.TeacherAggregator`. */
export interface TeacherAggregatorOptions {
  /** Teachers, E. */
  teachers: number;
  /** Width of what a teacher says of a token, F. */
  outputWidth: number;
  /** Width inside. Default 32. */
  width?: number;
  /** Stream for the initial parameters. */
  random: Random;
}

// Bounds the score of a token, so that no teacher's weight falls out of reach of the gradient.
const MOST = 3;

/**
 * Weighs teachers by how what they say of the same tokens hangs together (the aggregator of Meta-DMoE, arXiv 2210.03885): for each
 * token, what each teacher says is one position of a transformer block without order, all see all; a linear map scores them. The
 * tokens are of one domain, so their scores are averaged, and a softmax gives one weight to each teacher.
 */
export class TeacherAggregator extends Module {
  readonly kind = 'teacher-aggregator';
  private readonly identity: Parameter;
  private readonly input: Linear;
  private readonly norm: LayerNorm;
  private readonly qkv: Linear;
  private readonly output: Linear;
  private readonly feedForward: FeedForward;
  private readonly lastNorm: LayerNorm;
  private readonly score: Linear;

  constructor(options: TeacherAggregatorOptions) {
    super();
    const { teachers, outputWidth, width = 32, random } = options;
    expectInteger('moe.TeacherAggregator', 'teachers', teachers, 1);
    expectInteger('moe.TeacherAggregator', 'outputWidth', outputWidth, 1);
    expectInteger('moe.TeacherAggregator', 'width', width, 1);
    const [D, F] = [Axis.of('width', width), Axis.of('outputs', outputWidth)];
    const inner = Axis.of('headWidth', width);
    const linear = (name: string, inputWidth: Axis, size: Axis, initializer = uniformFanIn()): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth: size, initializer, random: random.child(name) }));
    const identity = (sizes: number[]): tf.Tensor => initialize(normal(0.3), sizes, random.child('identity'));
    this.identity = this.addParameter('identity', Parameter.over([Axis.of('teachers', teachers), D], identity));
    this.input = linear('input', F, D);
    this.norm = this.addChild('norm', new LayerNorm({ width: D }));
    this.qkv = linear('qkv', D, Axis.product('qkv', Axis.fixed('query, key, value', 3), inner));
    this.output = linear('output', inner, D);
    const network = new FeedForward({
      width: D,
      hidden: 2 * width,
      activation: 'relu',
      random: random.child('inner')
    });
    this.feedForward = this.addChild('feedForward', network);
    this.lastNorm = this.addChild('lastNorm', new LayerNorm({ width: D }));
    // Zeros: at first all teachers weigh the same, and none that starts ahead drives the others out.
    this.score = linear('score', D, Axis.fixed('score', 1), constant(0));
  }

  /** Scores and sums of values among the teachers. */
  override ownFlops(): number {
    const [teachers, width] = this.identity.axes;
    return 4 * teachers.size * width.size;
  }

  /** Weight of each teacher, [E], from the teachers' predictions for tokens, [T, E, F]; `without` has weight 0. */
  override apply(said: tf.Tensor, ctx: Context, without: number | null = null): tf.Tensor1D {
    const teachers = this.identity.axes[0].size;
    return tf.tidy(() => {
      const x = this.input.apply(said, ctx.within('input')).add(this.identity.read());
      const normed = this.norm.apply(x, ctx.within('norm'));
      const [query, key, value] = tf.split(this.qkv.apply(normed, ctx.within('qkv')), 3, 2);
      const mixed = attend(query, key, value, { heads: 1, causal: false });
      const y = x.add(this.output.apply(mixed, ctx.within('output')));
      const z = y.add(this.feedForward.apply(y, ctx.within('feedForward')));
      const last = this.lastNorm.apply(z, ctx.within('lastNorm'));
      const scores = this.score.apply(last, ctx.within('score')).tanh().mul(MOST).reshape([-1, teachers]).mean(0);
      const mask = Array.from({ length: teachers }, (_, teacher) => (teacher === without ? -1e9 : 0));
      return tf.softmax(scores.add(tf.tensor1d(mask))) as tf.Tensor1D;
    });
  }
}
