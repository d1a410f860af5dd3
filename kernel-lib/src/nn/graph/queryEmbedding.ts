import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, fail, given, Module, Parameter, Random } from '../../base/core';
import { type Adjacency, adjacencyOf, fromEdges } from '../../base/graph';
import { edgeGather, edgeScatter, neighbourSum } from '../../base/ops/graph';
import { initialize, Linear, normal } from '../layers';

/** Key and value of a qualifier: a relation, and an entity. */
export type Qualifier = readonly [key: number, value: number];

/** An edge of a query, with what qualifies it. */
export interface QueryEdge {
  /** Nodes of the query. */
  source: number;
  target: number;
  relation: number;
  /** In any order. Default: none. */
  qualifiers?: readonly Qualifier[];
}

/** A conjunctive query as a graph: a path of two edges, say, or two edges that meet. */
export interface HyperQuery {
  /** Entity of each node, or null where that is not known. */
  nodes: readonly (number | null)[];
  edges: readonly QueryEdge[];
  /** Node that is asked for. */
  asked: number;
}

/** Options of `graph.QueryEmbedding`. */
export interface QueryEmbeddingOptions {
  entities: number;
  relations: number;
  /** W. */
  width: number;
  /** Steps of message passing, T: as many as edges from an anchor to what is asked for. Default 2. */
  steps?: number;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

const WHERE = 'graph.QueryEmbedding';

/**
 * Embedding of queries over a knowledge graph whose edges have qualifiers (StarQE, ICLR 2022): messages pass over the graph of the query, `M (h_source * r')`, where the relation is composed with its qualifiers,
 * `r' = r + Q (sum of key * value)` (StarE), so that their order does not matter and an edge without any is plain; nodes that are not known begin with learnt vectors, and the node that is asked for is compared with all entities.
 * Steps share their maps.
 *
 * @throws {SwitchyardError} where a size is out of range; in a call, where a node, relation or entity is not there.
 */
export class QueryEmbedding extends Module {
  readonly kind = 'query-embedding';
  private readonly entities: Parameter;
  private readonly relations: Parameter;
  private readonly unknown: Parameter;
  private readonly maps: Record<'message' | 'own' | 'qualifiers', Linear>;

  constructor(private readonly options: QueryEmbeddingOptions) {
    const { entities, relations, width, steps = 2, seed = 0 } = given(WHERE, options);
    super();
    Object.entries({ entities, relations, width, steps }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1)); // prettier-ignore
    const random = Random.fromSeed(seed).child('queryEmbedding');
    const axis = Axis.of('width', width).pin('entities and queries share it');
    const table = (name: string, count: number): Parameter =>
      this.addParameter(name, Parameter.over([Axis.of(name, count).pin('the data have them'), axis], (shape) => initialize(normal(0.5), shape, random.child(name)))); // prettier-ignore
    this.entities = table('entities', entities);
    this.relations = table('relations', relations);
    // Of those in between, and of the one that is asked for.
    this.unknown = table('unknown', 2);
    const linear = (name: string, bias: boolean): Linear =>
      this.addChild(name, new Linear({ inputWidth: axis, outputWidth: axis, bias, random: random.child(name) }));
    this.maps = {
      message: linear('message', false),
      own: linear('own', true),
      qualifiers: linear('qualifiers', false)
    };
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'queries are graphs (embed, scores)', 'a tensor');
  }

  /** Embeddings of queries, [B, W]. */
  embed(queries: readonly HyperQuery[], ctx: Context): tf.Tensor2D {
    const batch = this.batched(queries);
    return tf.tidy(() => {
      const { graph, starts, asked, qualified, keys, values, relations } = batch;
      const pick = (from: tf.Tensor, rows: Int32Array): tf.Tensor2D => tf.gather(from, tf.tensor1d(rows, 'int32')) as tf.Tensor2D; // prettier-ignore
      const all = tf.concat([this.entities.read(), this.unknown.read()]);
      let nodes = pick(all, starts);
      let composed = pick(this.relations.read(), relations);
      if (keys.length > 0) {
        const pairs = pick(this.relations.read(), keys).mul<tf.Tensor2D>(pick(this.entities.read(), values));
        composed = composed.add(this.maps.qualifiers.apply(neighbourSum(pairs, qualified), ctx.within('qualifiers')));
      }
      const { steps = 2 } = this.options;
      for (let step = 0; step < steps; step++) {
        const messages = this.maps.message.apply(
          edgeGather(nodes, graph, 'source').mul(composed),
          ctx.within('message')
        );
        const heard = edgeScatter(messages as tf.Tensor2D, graph, 'sum');
        nodes = this.maps.own.apply(nodes, ctx.within('own')).add<tf.Tensor2D>(heard).tanh();
      }
      return pick(nodes, asked);
    });
  }

  /** Logits of each entity as the answer to each query, [B, E]. */
  scores(queries: readonly HyperQuery[], ctx: Context): tf.Tensor2D {
    return tf.tidy(() => tf.matMul(this.embed(queries, ctx), this.entities.read() as tf.Tensor2D, false, true));
  }

  /** All queries as one graph, its edges by target, with the qualifiers of each. */
  private batched(queries: readonly HyperQuery[]) {
    const { entities, relations: kinds } = this.options;
    const starts: number[] = [];
    const asked: number[] = [];
    const edges: QueryEdge[] = [];
    queries.forEach((query, i) => {
      const from = starts.length;
      const most = query.nodes.length - 1;
      expectInteger(WHERE, `asked of query ${i}`, query.asked, 0, most);
      query.nodes.forEach((entity, node) => {
        if (entity !== null) {
          expectInteger(WHERE, `entities of query ${i}`, entity, 0, entities - 1);
        }
        starts.push(entity ?? entities + Number(node === query.asked));
      });
      query.edges.forEach((edge) => {
        [edge.source, edge.target].forEach((node) => expectInteger(WHERE, `nodes of query ${i}`, node, 0, most));
        expectInteger(WHERE, `relations of query ${i}`, edge.relation, 0, kinds - 1);
        edge.qualifiers?.forEach(([key, value]) => {
          expectInteger(WHERE, `keys of query ${i}`, key, 0, kinds - 1);
          expectInteger(WHERE, `values of query ${i}`, value, 0, entities - 1);
        });
        edges.push({ ...edge, source: from + edge.source, target: from + edge.target });
      });
      asked.push(from + query.asked);
    });
    const graph = fromEdges({ numNodes: starts.length, edges: edges.map(({ source, target }) => [source, target] as const) }); // prettier-ignore
    // The graph has its edges in an order of its own.
    const ordered = Array.from(graph.given, (edge) => edges[edge]);
    const pairs = ordered.flatMap(({ qualifiers = [] }, edge) => [...qualifiers].sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([key, value]) => ({ edge, key, value }))); // prettier-ignore
    const int = (of: readonly number[]): Int32Array => Int32Array.from(of);
    const qualified: Adjacency = adjacencyOf(int(pairs.map((_, i) => i)), int(pairs.map(({ edge }) => edge)), pairs.length, ordered.length); // prettier-ignore
    return {
      ...{ graph, qualified, starts: int(starts), asked: int(asked) },
      relations: int(ordered.map(({ relation }) => relation)),
      keys: int(pairs.map(({ key }) => key)),
      values: int(pairs.map(({ value }) => value))
    };
  }
}
