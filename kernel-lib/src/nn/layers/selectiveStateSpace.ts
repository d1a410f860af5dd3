import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectOneOf, expectShape, fail, Module, Parameter, type Random, type Size, sizeOf } from '../../base/core'; // prettier-ignore
import { silu } from '../../base/ops';
import { linearScan } from '../../base/ops/linearScan';
import { whereOf } from './expectWidth';
import { Linear } from './linear';

/** Options of `layers.SelectiveStateSpace`. */
export interface SelectiveStateSpaceOptions {
  /** D. */
  width: Size;
  /** Channels inside. Default 2 D. */
  inner?: Size;
  /** States of a channel, S. Default 8. */
  states?: number;
  /** Positions that one hears: those before it ("forward"), or all, by a scan of its own each way ("both") or the same one ("tied"). Default "forward". */
  direction?: 'forward' | 'both' | 'tied';
  random: Random;
}

/** Scan of one direction, [B, L, inner] to the same: step sizes, what enters and what is read depend on the input. */
class SelectiveScan extends Module {
  readonly kind = 'selective-scan';
  private readonly maps: Record<'step' | 'enter' | 'read', Linear>;
  private readonly logDecay: Parameter;
  private readonly stepBias: Parameter;
  private readonly skip: Parameter;

  constructor(inner: Axis, states: Axis, random: Random) {
    super();
    const linear = (name: string, to: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: inner, outputWidth: to, bias: false, random: random.child(name) }));
    this.maps = { step: linear('step', inner), enter: linear('enter', states), read: linear('read', states) };
    // Decays 1..S, and steps from 0.001 to 0.1 at first, as of Mamba.
    const decays = ([rows, columns]: number[]): tf.Tensor =>
      tf.tidy(() => tf.range(1, columns + 1).log().tile([rows]).reshape([rows, columns])); // prettier-ignore
    const steps = (shape: number[]): tf.Tensor =>
      tf.tidy(() => random.child('stepBias').uniform(shape, Math.log(0.001), Math.log(0.1)).exp().expm1().log()); // prettier-ignore
    this.logDecay = this.addParameter('logDecay', Parameter.over([inner, states], decays, { decay: false }));
    this.stepBias = this.addParameter('stepBias', Parameter.over([inner], steps, { decay: false }));
    this.skip = this.addParameter('skip', Parameter.over([inner], tf.ones));
  }

  /** States read by a position. */
  override ownFlops(): number {
    const [inner, states] = this.logDecay.axes;
    return 2 * inner.size * states.size;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const [count, length] = x.shape;
      const [inner, states] = this.logDecay.read().shape;
      const through = (name: 'step' | 'enter' | 'read'): tf.Tensor => this.maps[name].apply(x, ctx.within(name));
      const steps = through('step').add(this.stepBias.read()).softplus().expandDims(3);
      const decays = steps.mul(this.logDecay.read().exp().neg()).exp();
      const inputs = steps.mul(x.expandDims(3)).mul(through('enter').expandDims(2));
      const flat = (y: tf.Tensor): tf.Tensor3D => y.reshape([count, length!, inner * states!]);
      const held = linearScan(flat(decays), flat(inputs)).reshape([count, length!, inner, states!]);
      return held.mul(through('read').expandDims(2)).sum(3).add(x.mul(this.skip.read()));
    });
  }
}

/**
 * Selective state space layer (Mamba, arXiv 2312.00752): `h_t = exp(-d_t A) h_(t-1) + d_t B_t x_t`, `y_t = C_t h_t + D x_t`, with steps d, inputs B and reads C that depend on x, a gate beside it, and maps in and out; [B, N, D] to
 * [B, N, D]. Its cost of a position does not depend on how many there are. Without the short convolution before the scan, which presumes that places beside each other belong together.
 *
 * @throws {SwitchyardError} where a size or the direction is out of range.
 */
export class SelectiveStateSpace extends Module {
  readonly kind = 'selective-state-space';
  private readonly width: Axis;
  private readonly enter: Linear;
  private readonly leave: Linear;
  private readonly scans: readonly SelectiveScan[];

  constructor(options: SelectiveStateSpaceOptions) {
    const where = 'layers.SelectiveStateSpace';
    super();
    const { width, inner = 2 * sizeOf(width), states = 8, direction = 'forward', random } = options ?? fail(where, 'options must be given', options); // prettier-ignore
    expectInteger(where, 'width', sizeOf(width), 1);
    expectInteger(where, 'inner', sizeOf(inner), 1);
    expectInteger(where, 'states', states, 1);
    expectOneOf(where, 'direction', direction, ['forward', 'both', 'tied']);
    this.width = Axis.of('width', width);
    const channels = Axis.of('inner', inner);
    const parts = Axis.product('value, gate x inner', Axis.fixed('value, gate', 2), channels);
    const linear = (name: string, from: Axis, to: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, bias: false, random: random.child(name) }));
    this.enter = linear('enter', this.width, parts);
    const kept = Axis.of('states', states).pin('each has a decay of its own');
    const scan = (name: string): SelectiveScan => this.addChild(name, new SelectiveScan(channels, kept, random.child(name))); // prettier-ignore
    const forward = scan('forward');
    this.scans = direction === 'forward' ? [forward] : [forward, direction === 'tied' ? forward : scan('backward')];
    this.leave = linear('leave', channels, this.width);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(whereOf(this, ctx), x, ['B', 'N', this.width.size]);
    return tf.tidy(() => {
      const [value, gate] = tf.split(this.enter.apply(x, ctx.within('enter')), 2, 2);
      const inputs = silu(value);
      const [forward, backward] = this.scans;
      const heard = forward.apply(inputs, ctx.within('forward'));
      const name = backward === forward ? 'forward' : 'backward';
      const both = backward === undefined ? heard : heard.add(tf.reverse(backward.apply(tf.reverse(inputs, 1), ctx.within(name)), 1)); // prettier-ignore
      return this.leave.apply(both.mul(silu(gate)), ctx.within('leave'));
    });
  }
}
