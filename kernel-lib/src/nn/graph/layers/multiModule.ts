import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectOneOf,
  Parameter,
  type Random,
  type Size,
  given
} from '../../../base/core';
import { degrees, perGraph } from '../../../base/graph';
import { activate, type Activation, ACTIVATIONS, Linear } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass, MessagePassing } from '../messagePassing';
import { mixedRows } from '../mixedRows';
import { publishShares } from '../publishShares';

/** Options of `graph.multiModule`. */
export interface MultiModuleSpecOptions {
  /** Update modules, K. Default 2. */
  modules?: number;
  /** Grounds on which a node chooses its modules: the logarithm of its degree ("degree"), or what was aggregated ("learned"). Default "degree". */
  gate?: 'degree' | 'learned';
  /** Default "sum". */
  aggregation?: 'sum' | 'mean';
  /** Width inside a module. Default: the output's width. */
  hidden?: number;
  /** Nonlinearity of a module. Default "relu". */
  activation?: Activation;
}

/** Options of `graph.MultiModule`. */
export interface MultiModuleOptions extends MultiModuleSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Multi-module update (arXiv 2209.06589): what a node and its neighbours hold is aggregated once, and goes through several update modules, two maps each, that the node mixes by a softmax gate: `sum over k of g_k mlp_k(x + aggregate)`.
 * With one module and sums it is {@link GIN}. Nodes [N, F] to [N, P]. The graph's weights are not read. Observers of "routing" are told the gates.
 */
export class MultiModule extends MessagePassing implements GraphLayer {
  readonly kind = 'multi-module';
  readonly outputs: Axis;
  private readonly parts: readonly Record<'first' | 'second', Linear>[];
  private readonly byDegree: Record<'slope' | 'offset', Parameter> | null;
  private readonly learned: Linear | null;
  private readonly activation: Activation;

  constructor(options: MultiModuleOptions) {
    const { inputWidth, outputWidth, modules = 2, gate = 'degree', aggregation = 'sum', hidden, activation = 'relu', random } = given('graph.MultiModule', options); // prettier-ignore
    const where = 'graph.MultiModule';
    expectInteger(where, 'modules', modules, 1);
    expectOneOf(where, 'gate', gate, ['degree', 'learned']);
    expectOneOf(where, 'aggregation', aggregation, ['sum', 'mean']);
    expectOneOf(where, 'activation', activation, ACTIVATIONS);
    super(aggregation);
    this.activation = activation;
    const inputs = Axis.of('inputs', inputWidth);
    this.outputs = Axis.of('outputs', outputWidth);
    this.parts = Array.from({ length: modules }, (_, k) => {
      const inner = Axis.of(`hidden${k}`, hidden ?? this.outputs.size);
      const linear = (name: string, inputWidth: Axis, outputWidth: Axis): Linear =>
        this.addChild(`${k}.${name}`, new Linear({ inputWidth, outputWidth, random: random.child(k).child(name) }));
      return { first: linear('first', inputs, inner), second: linear('second', inner, this.outputs) };
    });
    const all = Axis.fixed('modules', modules);
    const drawn = (name: string): Parameter =>
      this.addParameter(
        name,
        Parameter.over([all], (shape) => random.child(name).normal(shape), { decay: false })
      );
    this.byDegree = modules > 1 && gate === 'degree' ? { slope: drawn('slope'), offset: drawn('offset') } : null;
    this.learned = modules > 1 && gate === 'learned' ? this.addChild('gate', new Linear({ inputWidth: inputs, outputWidth: all, random: random.child('gate') })) : null; // prettier-ignore
  }

  protected override update(nodes: tf.Tensor2D, aggregated: tf.Tensor2D, ctx: Context): tf.Tensor {
    const heard = nodes.add<tf.Tensor2D>(aggregated);
    const made = this.parts.map(({ first, second }, k) => {
      const inner = activate(this.activation, first.apply(heard, ctx.within(`${k}.first`)), ctx.within(`${k}`));
      return second.apply(inner, ctx.within(`${k}.second`));
    });
    if (made.length === 1) {
      return made[0];
    }
    const shares = tf.softmax(this.logits(heard, ctx));
    publishShares(this.kind, shares, made.map((_, k) => `module ${k}`), ctx); // prettier-ignore
    return mixedRows(made, shares);
  }

  private logits(heard: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    if (this.byDegree === null) {
      return this.learned!.apply(heard, ctx.within('gate')) as tf.Tensor2D;
    }
    const logs = tf.tensor2d(logDegrees(graphOfPass(this, ctx)), [heard.shape[0], 1]);
    return logs.mul(this.byDegree.slope.read()).add(this.byDegree.offset.read());
  }
}

const logDegrees = perGraph((graph: Parameters<typeof degrees>[0]) => degrees(graph).map(Math.log1p));

/** The layer of a graph network: {@link MultiModule}. */
export function multiModule(options: MultiModuleSpecOptions = {}): GraphLayerSpec {
  return { kind: 'multi-module', options: { ...options }, build: (shape) => new MultiModule({ ...options, ...shape }) };
}

layerSpecs.register('multi-module', multiModule);
