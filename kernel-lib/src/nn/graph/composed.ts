import { tf } from '../../base/backend';
import { type Context, expectInteger, given, type Module } from '../../base/core';
import type { Aggregation } from './aggregate';
import type { EdgeEnds } from './edgeEnds';
import { MessagePassing, type Messages } from './messagePassing';

/** Options of `graph.messagePassing`. */
export interface MessagePassingOptions {
  /** Messages of the edges, of what their ends hold. Default: what the source holds. */
  message?: (ends: EdgeEnds, ctx: Context) => Messages;
  /** Default "sum". */
  aggregation?: Aggregation;
  /** Nodes of what they held and of what was aggregated. Default: what was aggregated. */
  update?: (nodes: tf.Tensor2D, aggregated: tf.Tensor2D, ctx: Context) => tf.Tensor;
  /** How often, T, with the same functions. Default 1. */
  steps?: number;
  /** Modules that the functions use, by name: they are trained, saved and disposed with the layer. */
  modules?: Readonly<Record<string, Module>>;
}

class Composed extends MessagePassing {
  readonly kind = 'message-passing';

  constructor(private readonly options: MessagePassingOptions) {
    super(given('graph.messagePassing', options).aggregation ?? 'sum');
    const { steps = 1, modules = {} } = options;
    expectInteger('graph.messagePassing', 'steps', steps, 1);
    Object.entries(modules).forEach(([name, module]) => this.addChild(name, module));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      let nodes = x;
      for (let step = 0; step < (this.options.steps ?? 1); step++) {
        nodes = super.apply(nodes, ctx);
      }
      return nodes;
    });
  }

  protected override message(ends: EdgeEnds, ctx: Context): Messages {
    return this.options.message?.(ends, ctx) ?? super.message(ends, ctx);
  }

  protected override update(nodes: tf.Tensor2D, aggregated: tf.Tensor2D, ctx: Context): tf.Tensor {
    return this.options.update?.(nodes, aggregated, ctx) ?? super.update(nodes, aggregated, ctx);
  }
}

/**
 * Message passing of functions of yours (MPNN, arXiv 1704.01212): for T steps `m = aggregate of message(x_source, x_target)`, `x = update(x, m)`; nodes [N, F] to [N, P]. `graph.readout` makes graphs of nodes. What has
 * functions has no spec: a layer of a kind of its own is a class.
 *
 * @throws {SwitchyardError} where the aggregation is none, or steps are less than 1.
 */
export function messagePassing(options: MessagePassingOptions): MessagePassing {
  return new Composed(options);
}
