import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectOneOf, fail, Module, Random } from '../../base/core';
import { FeatureFilter, NeighbourAggregation } from '../../nn/graph';
import { Linear, Sequential } from '../../nn/layers';
import { MixedOperation } from './mixedOperation';

/** Operation of a level of a graph network: nothing, a filter of features, or an aggregation of neighbours. */
export type GraphOperation = 'skip' | 'filter' | 'sum' | 'mean' | 'max';

const OPERATIONS: readonly GraphOperation[] = ['skip', 'filter', 'sum', 'mean', 'max'];

/** Options of `nas.MessageNetwork`. */
export interface MessageNetworkOptions {
  /** Values of a node, F. */
  inputWidth: number;
  /** Values that are said of a node. */
  outputWidth: number;
  /** Levels that are searched. */
  levels: number;
  /** Operations of each level. Default: all. */
  operations?: readonly GraphOperation[];
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

const WHERE = 'nas.messageNetwork';

class Skip extends Module {
  readonly kind = 'skip';

  override apply(x: tf.Tensor): tf.Tensor {
    return x.clone();
  }
}

/** See {@link messageNetwork}. Paths: "levels.0.alpha", "levels.0.filter.gate.weight", ..., "head.weight". */
export class MessageNetwork extends Module {
  readonly kind = 'message-network';
  private readonly levels: Sequential;
  private readonly head: Linear;

  /** @internal Use `nas.messageNetwork`. */
  constructor(readonly options: MessageNetworkOptions) {
    super();
    const { inputWidth, outputWidth, levels, operations = OPERATIONS, seed = 0 } = options;
    Object.entries({ inputWidth, outputWidth, levels }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1)); // prettier-ignore
    operations.forEach((each) => expectOneOf(WHERE, 'operations', each, OPERATIONS));
    if (new Set(operations).size < 2) {
      fail(WHERE, 'there must be two operations or more', operations);
    }
    const random = Random.fromSeed(seed).child('messageNetwork');
    const width = Axis.of('width', inputWidth).pin('the data have it');
    const make = (operation: GraphOperation, own: Random): Module =>
      operation === 'skip'
        ? new Skip()
        : operation === 'filter'
          ? new FeatureFilter({ width, random: own })
          : new NeighbourAggregation({ aggregation: operation });
    this.levels = this.addChild(
      'levels',
      new Sequential(
        Array.from({ length: levels }, (_, i) => {
          const own = random.child(i);
          const all = operations.map((operation) => [operation, make(operation, own.child(operation))] as const);
          return new MixedOperation({ operations: Object.fromEntries(all), random: own });
        })
      )
    );
    this.head = this.addChild('head', new Linear({ inputWidth: width, outputWidth, random: random.child('head') }));
  }

  /** Operation of the greatest part of each level. */
  get chosen(): GraphOperation[] {
    return [...this.levels.children.values()].map((level) => (level as MixedOperation).chosen as GraphOperation);
  }

  /** How far messages come: levels that aggregate, as they are chosen. */
  get depth(): number {
    return this.chosen.filter((each) => each !== 'skip' && each !== 'filter').length;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => this.head.apply(this.levels.apply(x, ctx.within('levels')), ctx.within('head')));
  }
}

/**
 * A graph network to be searched by `nas.darts`, made of the two atomic operations of message passing (Graph Architecture Paradigm, arXiv 2103.14282): each level filters features, aggregates neighbours by a statistic, or
 * passes on, so that the mixture of mechanisms and the depth of messages are found together. It runs inside `graph.OnGraph`: nodes [N, F] to [N, P].
 *
 * @throws {SwitchyardError} where a size is out of range, or an operation is unknown.
 */
export function messageNetwork(options: MessageNetworkOptions): MessageNetwork {
  return new MessageNetwork(options);
}
