import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  Module,
  Parameter,
  type Random,
  type Size,
  given
} from '../../../base/core';
import { balancedOf, type Graph, reversedOf } from '../../../base/graph';
import { neighbourSum } from '../../../base/ops/graph';
import { initialize, Linear, xavierUniform } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { mixedRows } from '../mixedRows';
import { publishShares } from '../publishShares';

/** Options of `graph.directedPatterns`. */
export interface DirectedPatternsSpecOptions {
  /** Longest pattern, in edges: of order 1 there are 2 (along and against the edges), of order k `2 + 4 + ... + 2^k`. Default 2. */
  order?: number;
  /** Steps of propagation, K. Default 1. */
  steps?: number;
}

/** Options of `graph.DirectedPatterns`. */
export interface DirectedPatternsOptions extends DirectedPatternsSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Propagation along directed patterns (ADPA, arXiv 2312.04111): h = x W + b; in each step what a node holds goes along every pattern of up to k directed edges (A, A', A A, A A', A' A, A' A'), and each node mixes what the patterns bring
 * by a softmax of scores of its own; the steps' results, h among them, are mixed in the same way. Nodes [N, F] to [N, P]; a node hears what leads to it and what it leads to. A is normalised by out- and in-degree. Observers of
 * "routing" are told the shares of the patterns and of the steps.
 */
export class DirectedPatterns extends Module implements GraphLayer {
  readonly kind = 'directed-patterns';
  readonly outputs: Axis;
  /** Patterns, as words of A and A'; the last letter goes first. */
  readonly patterns: readonly string[];
  private readonly map: Linear;
  private readonly ofPattern: Parameter;
  private readonly ofStep: Parameter;
  private readonly steps: number;

  constructor(options: DirectedPatternsOptions) {
    const { inputWidth, outputWidth, order = 2, steps = 1, random } = given('graph.DirectedPatterns', options);
    super();
    expectInteger('graph.DirectedPatterns', 'order', order, 1, 6);
    expectInteger('graph.DirectedPatterns', 'steps', steps, 1);
    this.steps = steps;
    this.outputs = Axis.of('outputs', outputWidth);
    this.patterns = patternsOf(order);
    this.map = this.addChild('map', new Linear({ inputWidth, outputWidth: this.outputs, random: random.child('map') }));
    const scores = (name: string, rows: Axis): Parameter =>
      this.addParameter(name, Parameter.over([rows, this.outputs], (shape) => initialize(xavierUniform(), shape, random.child(name)))); // prettier-ignore
    this.ofPattern = scores('patternScores', Axis.fixed('patterns', this.patterns.length));
    this.ofStep = scores('stepScores', Axis.fixed('steps', steps + 1));
  }

  override ownFlops(): number {
    return 2 * this.outputs.size * (this.steps * this.patterns.length + this.steps + 1);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    return tf.tidy(() => {
      const states = [this.map.apply(x, ctx.within('map')) as tf.Tensor2D];
      for (let step = 0; step < this.steps; step++) {
        const brought = along(states[step], graph, this.patterns);
        states.push(mixed(brought, this.ofPattern.read(), this.patterns, `${this.kind} step ${step + 1}`, ctx));
      }
      return mixed(states, this.ofStep.read(), states.map((_, i) => `step ${i}`), this.kind, ctx); // prettier-ignore
    });
  }
}

/** Values that each pattern brings; a pattern goes on from the shorter one that it ends with. */
function along(nodes: tf.Tensor2D, graph: Graph, patterns: readonly string[]): tf.Tensor2D[] {
  const found = new Map<string, tf.Tensor2D>([['', nodes]]);
  return patterns.map((pattern) => {
    const [first, ...rest] = pattern.split(' ');
    const over = first === 'A' ? graph : reversedOf(graph);
    const y = neighbourSum(found.get(rest.join(' '))!, over, balancedOf(over));
    found.set(pattern, y);
    return y;
  });
}

/** Rows of several kinds, mixed by the softmax of a score of each kind at each node. */
function mixed(
  kinds: readonly tf.Tensor2D[],
  scores: tf.Tensor,
  names: readonly string[],
  router: string,
  ctx: Context
): tf.Tensor2D {
  const each = tf.unstack(scores).map((row, i) => kinds[i].mul(row).tanh().sum(1, true));
  const shares = tf.softmax(tf.concat(each, 1) as tf.Tensor2D);
  publishShares(router, shares, names, ctx);
  return mixedRows(kinds, shares);
}

function patternsOf(order: number): string[] {
  let last = [''];
  const all: string[] = [];
  for (let length = 1; length <= order; length++) {
    last = last.flatMap((rest) => ['A', "A'"].map((first) => (rest === '' ? first : `${first} ${rest}`)));
    all.push(...last);
  }
  return all;
}

/** The layer of a graph network: {@link DirectedPatterns}. */
export function directedPatterns(options: DirectedPatternsSpecOptions = {}): GraphLayerSpec {
  return {
    kind: 'directed-patterns',
    options: { ...options },
    build: (shape) => new DirectedPatterns({ ...options, ...shape })
  };
}

layerSpecs.register('directed-patterns', directedPatterns);
