import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectOneOf, fail, Module, Random } from '../../base/core';
import type { GraphFeatures } from '../../nn/graph/graphNetworkBlock';
import { Linear } from '../../nn/layers';
import { RELATIONS } from '../../nn/stateKeys';
import { MixedOperation } from './mixedOperation';
import { type NodeOperation, type RelationOperation, RelationVertex } from './relationVertex';

const NODE_OPERATIONS: readonly NodeOperation[] = ['none', 'sum', 'mean', 'max', 'relation-sum', 'relation-mean', 'relation-max']; // prettier-ignore
const RELATION_OPERATIONS: readonly RelationOperation[] = ['none', 'difference', 'product', 'filter'];

/** Options of `nas.RelationNetwork`. */
export interface RelationNetworkOptions {
  /** Values of a node, F. */
  inputWidth: number;
  /** Values of an edge, R. */
  relationWidth: number;
  /** Values that are said of a node. */
  outputWidth: number;
  /** Width inside, of nodes and edges. Default 16. */
  width?: number;
  /** Vertices at first, each of which reads all before it. Default 1, to be divided. */
  vertices?: number;
  /** Whether features of edges are heard and learnt. Default true. */
  relationAware?: boolean;
  /** Default: all, those by relations only where these are heard. */
  nodeOperations?: readonly NodeOperation[];
  /** Default: all where relations are heard, else none. */
  relationOperations?: readonly RelationOperation[];
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

const WHERE = 'nas.relationNetwork';

/** See {@link relationNetwork}. Paths: "nodes.weight", "relations.weight", "v1.nodes0.alpha", ..., "head.weight". */
export class RelationNetwork extends Module {
  readonly kind = 'relation-network';
  private readonly maps: Record<'nodes' | 'relations' | 'head', Linear>;
  private readonly order: { name: string; vertex: RelationVertex }[] = [];
  private readonly width: Axis;
  private readonly random: Random;
  private made = 0;

  /** @internal Use `nas.relationNetwork`. */
  constructor(private readonly options: Required<RelationNetworkOptions>) {
    super();
    const { inputWidth, relationWidth, outputWidth, vertices, seed } = options;
    this.random = Random.fromSeed(seed).child('relationNetwork');
    this.width = Axis.of('width', options.width);
    const linear = (name: string, inputs: number | Axis, outputs: number | Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: inputs, outputWidth: outputs, random: this.random.child(name) }));
    this.maps = {
      nodes: linear('nodes', inputWidth, this.width),
      relations: linear('relations', relationWidth, this.width),
      head: linear('head', this.width, outputWidth)
    };
    for (let i = 0; i < vertices; i++) {
      const before = [INPUT, ...this.vertices];
      this.order.push(this.makeVertex(before.at(-1)!, before, 1));
    }
  }

  /** Names of the vertices, in order. */
  get vertices(): string[] {
    return this.order.map(({ name }) => name);
  }

  /** Vertices whose features go past each vertex, and those that it reads. */
  get wiring(): { name: string; base: string; inputs: string[] }[] {
    return this.order.map(({ name, vertex: { base, inputs } }) => ({ name, base, inputs: [...inputs] }));
  }

  /** Operations that are weighed against each other: the cost of a step of a search. */
  get candidates(): number {
    const mixed = [...this.modules().values()].filter((each) => each instanceof MixedOperation);
    return mixed.reduce((sum, { names }) => sum + (names.length > 1 ? names.length : 0), 0);
  }

  /** Operation of the greatest part of each mixed one, by path. */
  get chosen(): Record<string, string> {
    const mixed = [...this.modules()].filter((each): each is [string, MixedOperation] => each[1] instanceof MixedOperation); // prettier-ignore
    return Object.fromEntries(mixed.map(([path, operation]) => [path, operation.chosen]));
  }

  /**
   * Divides each vertex, in place: a daughter comes right after it, that reads it and what it was added to, and whom those after it read instead of it. Daughters add nothing at first, so that the network
   * computes what it did.
   *
   * @throws {SwitchyardError} where vertices are not settled yet.
   */
  divide(): void {
    if (this.candidates > 0) {
      fail('nas.proliferate', 'operations must be settled before vertices divide (nas.settle)', `${this.candidates} candidates`); // prettier-ignore
    }
    const parents = this.order.splice(0);
    const heirs = new Map<string, string>();
    for (const { name, vertex } of parents) {
      vertex.base = heirs.get(vertex.base) ?? vertex.base;
      vertex.inputs = vertex.inputs.map((input) => heirs.get(input) ?? input);
      const daughter = this.makeVertex(name, [vertex.base, name], 0);
      heirs.set(name, daughter.name);
      this.order.push({ name, vertex }, daughter);
    }
  }

  /** Nodes [N, F] to [N, P]. */
  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const given = ctx.getState(RELATIONS) ?? fail(ctx.path || WHERE, 'the pass must have features of edges (relations of graph.OnGraph)', 'none'); // prettier-ignore
    return tf.tidy(() => {
      // The pass keeps what it has only until a vertex leaves other features.
      const relations = given.clone();
      const features = new Map<string, GraphFeatures>([
        [INPUT, { nodes: this.maps.nodes.apply(x, ctx.within('nodes')) as tf.Tensor2D, edges: this.maps.relations.apply(relations, ctx.within('relations')) as tf.Tensor2D }] // prettier-ignore
      ]);
      this.order.forEach(({ name, vertex }) => features.set(name, vertex.pass(features, ctx.within(name))));
      // As they came, for what works after this.
      ctx.setState(RELATIONS, relations.clone());
      return this.maps.head.apply(features.get(this.vertices.at(-1)!)!.nodes, ctx.within('head'));
    });
  }

  private makeVertex(base: string, inputs: string[], gain: number): { name: string; vertex: RelationVertex } {
    const name = `v${++this.made}`;
    const { nodeOperations, relationOperations } = this.options;
    const options = { base, inputs, gain, width: this.width, nodeOperations, relationOperations, random: this.random.child(name) }; // prettier-ignore
    return { name, vertex: this.addChild(name, new RelationVertex(options)) };
  }
}

const INPUT = 'input';

/**
 * A graph network to be searched whose nodes and edges (relations) both have features that are learnt (ARGNP, arXiv 2205.15678): each vertex chooses, of each vertex that it reads, an operation on nodes, some of which
 * hear neighbours by their relation, and one on relations. `nas.proliferate` grows it from one vertex; with several from the start it is the whole graph, of as many choices as there are pairs. It runs
 * inside `graph.OnGraph` with relations: nodes [N, F] to [N, P].
 *
 * @throws {SwitchyardError} where a size is out of range, or an operation is unknown or hears relations that are not to be heard.
 */
export function relationNetwork(options: RelationNetworkOptions): RelationNetwork {
  const { inputWidth, relationWidth, outputWidth, width = 16, vertices = 1, relationAware = true, seed = 0 } = options;
  Object.entries({ inputWidth, relationWidth, outputWidth, width, vertices }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1)); // prettier-ignore
  const ofNodes = NODE_OPERATIONS.filter((each) => relationAware || !each.startsWith('relation-'));
  const ofRelations = relationAware ? RELATION_OPERATIONS : [];
  const { nodeOperations = ofNodes, relationOperations = ofRelations } = options;
  nodeOperations.forEach((each) => expectOneOf(WHERE, 'nodeOperations', each, ofNodes));
  relationOperations.forEach((each) => expectOneOf(WHERE, 'relationOperations', each, ofRelations));
  return new RelationNetwork({ inputWidth, relationWidth, outputWidth, width, vertices, relationAware, nodeOperations, relationOperations, seed }); // prettier-ignore
}
