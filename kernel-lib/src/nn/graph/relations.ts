import { tf } from '../../base/backend';
import { type Context, expectOneOf, expectShape, fail, Module, type Random, type Size } from '../../base/core';
import type { Graph } from '../../base/graph';
import { Linear } from '../layers';
import { GRAPH, NODES, RELATIONS } from '../stateKeys';
import type { Aggregation } from './aggregate';
import { EdgeEnds } from './edgeEnds';
import { MessagePassing } from './messagePassing';

/** Part of an edge that its new features are made of: how its ends differ, their product, or the features that it has. */
export type RelationRule = 'difference' | 'product' | 'filter';

const RULES: readonly RelationRule[] = ['difference', 'product', 'filter'];

/**
 * Relation-aware message passing (arXiv 2205.15678): a message is what the source holds, times a gate by the features of the edge, `x W sigmoid(r V + b)`, so that neighbours are heard by their
 * relation, not all alike; [N, F] to [N, F]. Features of edges are those of the pass (`RELATIONS`), [M, F].
 */
export class RelationAggregation extends MessagePassing {
  readonly kind = 'relation-aggregation';
  private readonly maps: Record<'source' | 'gate', Linear>;

  constructor({ aggregation, width, random }: { aggregation: Aggregation; width: Size; random: Random }) {
    super(aggregation);
    this.maps = {
      source: this.addChild('source', new Linear({ inputWidth: width, outputWidth: width, bias: false, random: random.child('source') })), // prettier-ignore
      gate: this.addChild('gate', new Linear({ inputWidth: width, outputWidth: width, random: random.child('gate') }))
    };
  }

  protected override message({ source }: EdgeEnds, ctx: Context): tf.Tensor2D {
    const relations = ctx.getState(RELATIONS) ?? fail(ctx.path || this.kind, 'the pass must have features of edges (relations of graph.OnGraph)', 'none'); // prettier-ignore
    const gate = tf.sigmoid(this.maps.gate.apply(relations, ctx.within('gate')));
    return this.maps.source.apply(source, ctx.within('source')).mul(gate);
  }
}

/**
 * Relation learning (arXiv 2205.15678): new features of each edge of its ends, or of those it has, `tanh(y W + b)`; edges [M, F] to [M, F]. Nodes are those of the pass (`NODES`), [N, F].
 */
export class RelationLearning extends Module {
  readonly kind = 'relation-learning';
  private readonly map: Linear;

  constructor(private readonly options: { rule: RelationRule; width: Size; random: Random }) {
    super();
    const { rule, width, random } = options;
    expectOneOf('graph.RelationLearning', 'rule', rule, RULES);
    this.map = this.addChild('map', new Linear({ inputWidth: width, outputWidth: width, random: random.child('map') }));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const where = ctx.path || 'graph.RelationLearning';
    const graph = ctx.getState(GRAPH) ?? fail(where, 'the pass must have edges (graph.OnGraph)', 'none');
    expectShape(where, x, [graph.numEdges, 'F']);
    return tf.tidy(() => tf.tanh(this.map.apply(this.read(x, graph, ctx), ctx.within('map'))));
  }

  private read(x: tf.Tensor, graph: Graph, ctx: Context): tf.Tensor {
    const { rule } = this.options;
    if (rule === 'filter') {
      return x;
    }
    const nodes = ctx.getState(NODES) ?? fail(ctx.path || this.kind, 'the pass must have nodes', 'none');
    const { source, target } = new EdgeEnds(nodes, graph);
    return rule === 'difference' ? source.sub(target).abs() : source.mul(target);
  }
}
