import { tf } from '../../base/backend';
import { type Axis, type Context, fail, Module, Parameter, type Random } from '../../base/core';
import { type Aggregation, NeighbourAggregation, RelationAggregation, RelationLearning, type RelationRule } from '../../nn/graph'; // prettier-ignore
import type { GraphFeatures } from '../../nn/graph/graphNetworkBlock';
import { NODES, RELATIONS } from '../../nn/stateKeys';
import { Linear, Sequential } from '../../nn/layers';
import { MixedOperation } from './mixedOperation';

/** Operation on nodes: nothing, all neighbours alike, or each by its relation. */
export type NodeOperation = 'none' | Aggregation | `relation-${Aggregation}`;

/** Operation on the features of edges. */
export type RelationOperation = 'none' | RelationRule;

class None extends Module {
  readonly kind = 'none';

  override apply(x: tf.Tensor): tf.Tensor {
    return tf.zerosLike(x);
  }
}

export interface VertexOptions {
  /** Vertex whose features go past it. */
  base: string;
  /** Vertices that its operations read. */
  inputs: readonly string[];
  /** Factor of what the operations give, at first; 0 leaves what goes past as it is. */
  gain: number;
  width: Axis;
  nodeOperations: readonly NodeOperation[];
  /** None where relations are not learnt. */
  relationOperations: readonly RelationOperation[];
  random: Random;
}

/**
 * A vertex of a {@link RelationNetwork}: to the features of its base it adds, times a gain for each feature, a mixed operation on the nodes and one on the edges of each of its inputs. Edges change first,
 * and nodes hear by the changed ones.
 */
export class RelationVertex extends Module {
  readonly kind = 'relation-vertex';
  base: string;
  inputs: string[];
  private readonly operations: { nodes: MixedOperation; relations: MixedOperation | null }[];
  private readonly gains: Record<'nodes' | 'relations', Parameter>;

  constructor({ base, inputs, gain, width, nodeOperations, relationOperations, random }: VertexOptions) {
    super();
    this.base = base;
    this.inputs = [...inputs];
    const mixed = <T extends string>(
      path: string,
      names: readonly T[],
      make: (name: T, random: Random) => Module
    ): MixedOperation => {
      const own = random.child(path);
      const operations = Object.fromEntries(names.map((name) => [name, name === 'none' ? new None() : make(name, own.child(name))])); // prettier-ignore
      return this.addChild(path, new MixedOperation({ operations, random: own }));
    };
    this.operations = inputs.map((_, i) => ({
      nodes: mixed(`nodes${i}`, nodeOperations, (name, own) => nodeOperation(name, width, own)),
      relations: relationOperations.length === 0 ? null : mixed(`relations${i}`, relationOperations, (rule, own) => new RelationLearning({ rule: rule as RelationRule, width, random: own })) // prettier-ignore
    }));
    const make = (shape: number[]): tf.Tensor => tf.fill(shape, gain);
    const parameter = (name: string): Parameter => this.addParameter(name, Parameter.over([width], make, { decay: false })); // prettier-ignore
    this.gains = { nodes: parameter('nodeGain'), relations: parameter('relationGain') };
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'a vertex passes features of nodes and edges', 'a tensor');
  }

  /** Features after the vertex, of those that others have. */
  pass(features: ReadonlyMap<string, GraphFeatures>, ctx: Context): GraphFeatures {
    const base = features.get(this.base)!;
    const read = this.inputs.map((input) => features.get(input)!);
    let { edges } = base;
    const changes = this.operations.flatMap(({ relations }, i) => {
      ctx.setState(NODES, read[i].nodes.clone());
      return relations === null ? [] : [relations.apply(read[i].edges, ctx.within(`relations${i}`))];
    });
    if (changes.length > 0) {
      edges = edges.add(tf.addN(changes).mul(this.gains.relations.read()));
    }
    ctx.setState(RELATIONS, edges.clone());
    const heard = this.operations.map(({ nodes }, i) => nodes.apply(read[i].nodes, ctx.within(`nodes${i}`)));
    return { nodes: base.nodes.add(tf.addN(heard).mul(this.gains.nodes.read())), edges };
  }
}

function nodeOperation(name: NodeOperation, width: Axis, random: Random): Module {
  if (name.startsWith('relation-')) {
    return new RelationAggregation({ aggregation: name.slice('relation-'.length) as Aggregation, width, random });
  }
  // As wide a map as the relation-aware ones have, so that they differ by the gate alone.
  const map = new Linear({ inputWidth: width, outputWidth: width, bias: false, random: random.child('source') });
  return new Sequential([map, new NeighbourAggregation({ aggregation: name as Aggregation })]);
}
