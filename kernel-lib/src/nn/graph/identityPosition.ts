import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, fail, given, Module, Parameter, type Random } from '../../base/core';
import { type Adjacency, type Features, Graph } from '../../base/graph';
import { edgeDot, edgeSoftmax, neighbourSum } from '../../base/ops/graph';
import { initialize, Linear, normal } from '../layers';

/** Statistics of random walks from each node: `graph.embed.walkStatistics`. */
export interface WalkStatistics {
  /** Share of each anonymous walk, [N, A]. */
  anonymous: Features;
  /** Share of each bucket of degrees that walks pass, [N, B]. */
  degrees: Features;
  /** Projected shares of the nodes that walks pass, [N, P]. */
  position: Features;
  /** Nodes that the walks of each node pass (sources), and how often. */
  met: { sources: readonly number[]; targets: readonly number[]; counts: readonly number[] };
}

/** Options of `graph.IdentityPosition`. */
export interface IdentityPositionOptions {
  /** Anonymous walks, A, buckets of degrees, B, and values of positions, P. */
  anonymous: number;
  degrees: number;
  positions: number;
  /** Width of either embedding, D. */
  width: number;
  random: Random;
}

/** Both embeddings of nodes, [N, D] each. */
export interface IdentityPositionStates {
  /** Structural role: alike where neighbourhoods are, however far. */
  identity: tf.Tensor2D;
  /** Community: alike where walks go to the same nodes. */
  position: tf.Tensor2D;
}

const WHERE = 'graph.IdentityPosition';

/**
 * Identity and position embeddings of nodes without attributes (IRWE, arXiv 2401.00651), by two attention units on statistics of random walks: the identity of a node attends to embeddings of anonymous walks by how often its own are those,
 * and to the degrees that it passes; its position attends to the nodes that its walks pass, by the identities and positions of both. Nothing depends on which graph it is, so that new nodes and graphs are embedded as they are.
 *
 * @throws {SwitchyardError} where a size is out of range; in a call, where statistics are of other sizes.
 */
export class IdentityPosition extends Module {
  readonly kind = 'identity-position';
  private readonly options: IdentityPositionOptions;
  private readonly walks: Parameter;
  private readonly maps: Record<'query' | 'key' | 'value' | 'degrees' | 'decode' | 'ask' | 'answer' | 'place', Linear>;

  constructor(options: IdentityPositionOptions) {
    const { anonymous, degrees, positions, width, random } = given(WHERE, options);
    super();
    Object.entries({ anonymous, degrees, positions, width }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1)); // prettier-ignore
    this.options = options;
    const inner = Axis.of('width', width).pin('both embeddings have it');
    const axis = (name: string, size: number): Axis => Axis.of(name, size).pin('statistics have them');
    const linear = (name: string, from: Axis, to: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, random: random.child(name) }));
    const [walks, buckets] = [axis('anonymous', anonymous), axis('degrees', degrees)];
    const both = axis('identity, position', width + positions);
    this.walks = this.addParameter('walks', Parameter.over([walks, inner], (shape) => initialize(normal(0.5), shape, random.child('walks')))); // prettier-ignore
    this.maps = {
      query: linear('query', walks, inner),
      key: linear('key', inner, inner),
      value: linear('value', inner, inner),
      degrees: linear('degrees', buckets, inner),
      decode: linear('decode', inner, axis('decoded', anonymous + degrees)),
      ask: linear('ask', both, inner),
      answer: linear('answer', both, inner),
      place: linear('place', axis('positions', positions), inner)
    };
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'statistics of walks are embedded (states)', 'a tensor');
  }

  /** Both embeddings. Call it within a tidy. */
  states(statistics: WalkStatistics, ctx: Context): IdentityPositionStates {
    const { anonymous, degrees, position } = this.read(statistics);
    const map = (name: keyof IdentityPosition['maps'], x: tf.Tensor): tf.Tensor2D =>
      this.maps[name].apply(x, ctx.within(name)) as tf.Tensor2D;
    const scale = 1 / Math.sqrt(this.options.width);
    const walks = this.walks.read();
    const scores = tf.matMul(map('query', anonymous), map('key', walks), false, true).mul(scale);
    // Those that do not occur are not attended to.
    const shares = tf.softmax(scores.add(anonymous.add(1e-6).log())) as tf.Tensor2D;
    const identity = tf.matMul(shares, map('value', walks)).add<tf.Tensor2D>(map('degrees', degrees)).tanh();
    const nodes = tf.concat([identity, position], 1);
    const met = metOf(statistics);
    const logits = edgeDot(map('answer', nodes), map('ask', nodes), met.adjacency).mul<tf.Tensor2D>(scale);
    const heard = edgeSoftmax(logits.add<tf.Tensor2D>(tf.tensor2d(met.logCounts, [met.logCounts.length, 1])), met.adjacency); // prettier-ignore
    return { identity, position: neighbourSum(map('place', position), met.adjacency, heard) };
  }

  /**
   * Losses: "identity", the mean squared error of what is decoded from identities, anonymous walks and degrees, and "position", the mean cross entropy of telling the nodes that a walk passes from drawn ones by products of positions.
   *
   * @param drawn - A node for each pair of `met`.
   */
  losses(statistics: WalkStatistics, drawn: Int32Array, ctx: Context): Record<'identity' | 'position', tf.Scalar> {
    const { adjacency, others } = metOf(statistics);
    expectInteger(WHERE, 'drawn', drawn.length, adjacency.targets.length, adjacency.targets.length);
    drawn.forEach((node) => expectInteger(WHERE, 'drawn nodes', node, 0, adjacency.numSources - 1));
    return tf.tidy(() => {
      const { identity, position } = this.states(statistics, ctx);
      const { anonymous, degrees } = this.read(statistics);
      const decoded = this.maps.decode.apply(identity, ctx.within('decode'));
      const wanted = tf.concat([anonymous, degrees], 1);
      const likely = edgeDot(position, position, adjacency);
      const unlikely = tf.gather(position, tf.tensor1d(drawn, 'int32')).mul(tf.gather(position, tf.tensor1d(adjacency.targets, 'int32'))).sum(1); // prettier-ignore
      const pair = likely.neg().softplus().mul(tf.tensor2d(others, [others.length, 1])).sum().div(Math.max(1, others.reduce((a, b) => a + b, 0))); // prettier-ignore
      return {
        identity: decoded.sub(wanted).square().sum(1).mean<tf.Scalar>(),
        position: pair.add<tf.Scalar>(unlikely.softplus().mean())
      };
    });
  }

  private read(statistics: WalkStatistics): Record<'anonymous' | 'degrees' | 'position', tf.Tensor2D> {
    const { anonymous, degrees, positions } = this.options;
    const of = (name: 'anonymous' | 'degrees' | 'position', wanted: number): tf.Tensor2D => {
      const { values, width } = statistics[name];
      expectInteger(WHERE, `width of ${name}`, width, wanted, wanted);
      return tf.tensor2d(values, [values.length / width, width]);
    };
    return { anonymous: of('anonymous', anonymous), degrees: of('degrees', degrees), position: of('position', positions) }; // prettier-ignore
  }
}

const known = new WeakMap<WalkStatistics, { adjacency: Adjacency; logCounts: Float32Array; others: Float32Array }>();

/** Edges from the nodes that walks pass, the logarithms of how often, and 1 where it is another node. */
function metOf(statistics: WalkStatistics) {
  const found = known.get(statistics);
  if (found !== undefined) {
    return found;
  }
  const { met, degrees } = statistics;
  const graph = new Graph(WHERE, { numNodes: degrees.values.length / degrees.width, edges: { sources: met.sources, targets: met.targets } }); // prettier-ignore
  const logCounts = Float32Array.from(graph.given, (edge) => Math.log(met.counts[edge]));
  const others = Float32Array.from(graph.sources, (source, edge) => Number(source !== graph.targets[edge]));
  const made = { adjacency: graph as Adjacency, logCounts, others };
  known.set(statistics, made);
  return made;
}
