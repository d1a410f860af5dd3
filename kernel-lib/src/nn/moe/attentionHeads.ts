import { tf } from '../../base/backend';
import { Axis, expectInteger, expectShape, fail, Module, Parameter, sizeOf } from '../../base/core';
import type { Context, CostShape, Random, Size } from '../../base/core';
import * as ops from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';
import { numberedLabels } from '../experts/numberedLabels';
import { initialize, Linear, uniformFanIn } from '../layers';
import type { Router, RouterSpec } from '../routers';
import { readRouting } from './hostRouting';
import { publishRouting } from './publishRouting';

/** Options of a mixture of attention heads. */
export interface AttentionHeadsOptions {
  /** Chooses heads for a token: `routers.topK({ k: 2 })`. */
  router: RouterSpec;
  /** Heads to choose among, E. */
  heads: Size;
  /** D. */
  width: Size;
  /** Width of a head, d. */
  headWidth: Size;
  /** Stream for the initial parameters. */
  random: Random;
}

/**
 * Causal attention whose heads are experts, K of E for each token (Mixture of Attention Heads, arXiv 2210.05144): [B, N, D] to
 * [B, N, D]. A head has its own query [D, d] and output [d, D]; keys and values are shared by all. Work on a token grows
 * with K, not with E, but for the router.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function attentionHeads(options: AttentionHeadsOptions): AttentionHeads {
  (['heads', 'width', 'headWidth'] as const).forEach((name) =>
    expectInteger('moe.attentionHeads', name, sizeOf(options[name]), 1)
  );
  return new AttentionHeads(options);
}

export class AttentionHeads extends Module {
  readonly kind = 'attention-heads';
  readonly router: Router;
  private readonly query: Parameter;
  private readonly output: Parameter;
  private readonly keyValue: Linear;

  constructor(options: AttentionHeadsOptions) {
    super();
    const { router, random } = options;
    const heads = Axis.of('heads', options.heads);
    const width = Axis.of('width', options.width);
    const headWidth = Axis.of('headWidth', options.headWidth);
    this.router = this.addChild('router', router.build({ width, numExperts: heads, random: random.child('router') }));
    const matrices = (name: string, inputs: Axis, outputs: Axis): Parameter =>
      this.addParameter(
        name,
        Parameter.over([heads, inputs, outputs], (sizes) => initialize(uniformFanIn(), sizes, random.child(name)))
      );
    this.query = matrices('query', width, headWidth);
    this.output = matrices('output', headWidth, width);
    const both = Axis.product('keyValue', Axis.fixed('key, value', 2), headWidth);
    const sizes = { inputWidth: width, outputWidth: both, bias: false };
    this.keyValue = this.addChild('keyValue', new Linear({ ...sizes, random: random.child('keyValue') }));
  }

  /** Of the heads that a token uses: query, scores, values and output. Keys, values and the router are children. */
  override ownFlops({ length }: CostShape): number {
    const [, width, headWidth] = this.query.axes;
    return this.router.k * (4 * width.size * headWidth.size + 4 * length * headWidth.size);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const [, width, headWidth] = this.query.axes.map(({ size }) => size);
    expectShape(ctx.path || 'moe.attentionHeads', x, ['B', 'N', width]);
    return tf.tidy(() => {
      const tokens = x.reshape<tf.Tensor2D>([-1, width]);
      const routing = this.router.route(tokens, ctx.within('router'));
      if (routing.form === 'slots') {
        fail(ctx.path || 'moe.attentionHeads', 'the router must choose heads for each token', routing.form);
      }
      const { plan, k } = this.plan(routing, ctx);
      const each = (rows: tf.Tensor2D, matrices: Parameter): tf.Tensor2D => {
        const done = ops.groupedMatMul(ops.dispatch(rows, plan), matrices.read() as tf.Tensor3D, plan);
        return ops.combine(done, tf.ones([plan.numTokens, 1]), plan);
      };
      const repeated = tf.tile(tokens.expandDims(1), [1, k, 1]).reshape<tf.Tensor2D>([-1, width]);
      const [keys, values] = tf.split(this.keyValue.apply(x, ctx.within('keyValue')), 2, 2);
      const queries = each(repeated, this.query).reshape([x.shape[0], -1, headWidth]);
      const mixed = attend(queries, keys, values, k).reshape<tf.Tensor2D>([-1, headWidth]);
      const outputs = each(mixed, this.output).mul(routing.weights.reshape([-1, 1]));
      return outputs.reshape([-1, k, width]).sum(1).reshape(x.shape);
    });
  }

  // Each choice of a token is a row of its own, so that its query and what came of it keep their place.
  private plan(routing: ReturnType<Router['route']>, ctx: Context): { plan: DispatchPlan; k: number } {
    const { numTokens, numExperts } = routing;
    const host = readRouting(ctx.within('router').path, routing, ctx.wants('routing'));
    const k = host.indices.length / numTokens;
    const routed = { router: this.router.kind, experts: numberedLabels(numExperts), dropped: null };
    publishRouting(routing, host, routed, ctx);
    return { plan: ops.planDispatch(host.indices, { numTokens: numTokens * k, k: 1, numExperts }), k };
  }
}

// Queries [B, N K, d], the K of a position next to each other; keys and values [B, N, d].
function attend(queries: tf.Tensor, keys: tf.Tensor, values: tf.Tensor, k: number): tf.Tensor {
  const [, length, headWidth] = keys.shape;
  const position = tf.range(0, length);
  const ofQuery = tf.tile(position.expandDims(1), [1, k]).reshape([-1, 1]);
  const mask = tf.where(position.expandDims(0).greater(ofQuery), -Infinity, 0);
  const scores = tf.matMul(queries.mul(1 / Math.sqrt(headWidth)), keys, false, true).add(mask);
  return tf.matMul(tf.softmax(scores), values);
}
