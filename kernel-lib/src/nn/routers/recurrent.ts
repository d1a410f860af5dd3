import { tf } from '../../base/backend';
import { Axis, expectInteger, Parameter, stateKey } from '../../base/core';
import type { Context } from '../../base/core';
import { project, projectFlops, projectionWeight } from './parts/projection';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';
import type { RouterShape, RouterSpec } from './router';
import { specs } from './specs';

export interface RecurrentOptions extends TokenChoiceOptions {
  /** Width of the state that goes from layer to layer, R. Default 32. */
  dim?: number;
  /** Take up what the layer before left; without it the router is local to its layer. Default true. */
  carry?: boolean;
}

/**
 * Layerwise recurrent router (RMoE, arXiv 2408.06793): `h_l = GRU(x P, h_(l-1))` for each token by itself, logits
 * `h_l W`. The state goes over depth, in the pass; the first layer starts from zeros. Each layer has a GRU of its own.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function recurrent(options: RecurrentOptions): RouterSpec {
  const { dim = 32, carry = true } = options;
  const resolved = { ...resolveTokenChoice('routers.recurrent', options), dim, carry };
  expectInteger('routers.recurrent', 'dim', dim, 1);
  return { kind: 'recurrent', options: resolved, build: (shape) => new RecurrentRouter(resolved, shape) };
}

/** The state of each token, [T, R]. */
const STATE = stateKey<tf.Tensor2D>('recurrent/state');

class RecurrentRouter extends TokenChoice {
  readonly kind = 'recurrent';
  private readonly input: Parameter;
  private readonly gateInput: Parameter;
  private readonly gateState: Parameter;
  private readonly newInput: Parameter;
  private readonly newState: Parameter;
  private readonly weight: Parameter;
  private readonly state: Axis;

  constructor(
    private readonly options: Required<RecurrentOptions>,
    shape: RouterShape
  ) {
    super('routers.recurrent', options, shape);
    const { random } = shape;
    const { width, experts } = this.axes;
    // The state goes from layer to layer: a width of it cannot be cut in one of them.
    this.state = Axis.of('state', options.dim).pin('the state goes from layer to layer');
    const gates = Axis.product('gates', Axis.fixed('reset, update', 2), this.state);
    const add = (name: string, rows: Axis, columns: Axis): Parameter =>
      this.addParameter(
        name,
        Parameter.over([rows, columns], (sizes) => random.child(name).normal(sizes, 0, 1 / Math.sqrt(sizes[0])))
      );
    this.input = add('input', width, this.state);
    this.gateInput = add('gateInput', this.state, gates);
    this.gateState = add('gateState', this.state, gates);
    this.newInput = add('newInput', this.state, this.state);
    this.newState = add('newState', this.state, this.state);
    this.weight = this.addParameter('weight', projectionWeight(this.state, experts, random.child('weight')));
  }

  override ownFlops(): number {
    return [...this.parameters().values()].reduce((sum, parameter) => sum + projectFlops(parameter), 0);
  }

  protected override score(x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const before = this.options.carry ? ctx.getState(STATE) : null;
    const state = this.step(project(x, this.input), before ?? tf.zeros([x.shape[0], this.state.size]));
    ctx.setState(STATE, state.clone());
    return project(state, this.weight);
  }

  // h' = (1 - z) n + z h with gates r, z (Cho et al., arXiv 1406.1078, without biases); [T, R].
  private step(input: tf.Tensor2D, state: tf.Tensor2D): tf.Tensor2D {
    const gates = tf.sigmoid(project(input, this.gateInput).add(project(state, this.gateState)));
    const [reset, update] = tf.split<tf.Tensor2D>(gates as tf.Tensor2D, 2, 1);
    const candidate = tf.tanh(project(input, this.newInput).add(reset.mul(project(state, this.newState))));
    return candidate.add(update.mul(state.sub(candidate)));
  }
}

specs.register('recurrent', recurrent);
