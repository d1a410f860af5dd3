import { tf } from '../../base/backend';
import { expectInteger, Parameter } from '../../base/core';
import type { Context, Random } from '../../base/core';
import { project, projectionWeight } from './parts/projection';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';
import type { RouterShape, RouterSpec } from './router';

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
  const resolved = { ...resolveTokenChoice('recurrent', options), dim, carry };
  expectInteger('recurrent', 'dim', dim, 1);
  return { kind: 'recurrent', options: resolved, build: (shape) => new RecurrentRouter(resolved, shape) };
}

const STATE = 'recurrent/state';

class RecurrentRouter extends TokenChoice {
  readonly kind = 'recurrent';
  private readonly input: Parameter;
  private readonly gateInput: Parameter;
  private readonly gateState: Parameter;
  private readonly newInput: Parameter;
  private readonly newState: Parameter;
  private readonly weight: Parameter;

  constructor(
    private readonly options: Required<RecurrentOptions>,
    { width, numExperts, random }: RouterShape
  ) {
    super('recurrent', options, numExperts);
    const { dim } = options;
    const add = (name: string, rows: number, columns: number): Parameter =>
      this.addParameter(name, fanIn(rows, columns, random.child(name)));
    this.input = add('input', width, dim);
    this.gateInput = add('gateInput', dim, 2 * dim);
    this.gateState = add('gateState', dim, 2 * dim);
    this.newInput = add('newInput', dim, dim);
    this.newState = add('newState', dim, dim);
    this.weight = this.addParameter('weight', projectionWeight(dim, numExperts, random.child('weight')));
  }

  protected override score(x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const before = this.options.carry ? ctx.getState(STATE) : null;
    const state = this.step(
      project(x, this.input),
      (before as tf.Tensor2D | null) ?? tf.zeros([x.shape[0], this.options.dim])
    );
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

function fanIn(rows: number, columns: number, random: Random): Parameter {
  return new Parameter(random.normal([rows, columns], 0, 1 / Math.sqrt(rows)));
}
