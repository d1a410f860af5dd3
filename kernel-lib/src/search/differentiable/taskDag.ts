import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, fail, Module, Parameter, Random } from '../../base/core';
import { Linear } from '../../nn/layers';
import { reduceFlow } from './reduceFlow';
import type { ReducedFlow } from './reduceFlow';

/** Options of `nas.TaskDag`. */
export interface TaskDagOptions {
  /** Values that come in, F. */
  inputWidth: number;
  /** Values that each task puts out. */
  outputWidths: readonly number[];
  /** Nodes of the central network, N. */
  nodes: number;
  /** Width of a node, D. Default 16. */
  width?: number;
  /** How many nodes further an edge may lead at most: the restriction of the flow. Default 3. */
  reach?: number;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/** Logits of a task: of what nodes it reads into, of edges, and of what nodes it reads out of. */
interface Choices {
  readIn: Parameter;
  edges: Parameter;
  readOut: Parameter;
}

const WHERE = 'nas.taskDag';

/** See {@link taskDag}. Paths: "stem.weight", "nodes.0.weight", "task0.edges", "head0.weight", ... */
export class TaskDag extends Module {
  readonly kind = 'task-dag';
  /** Edges of the central network: from a node to a later one, within reach. */
  readonly edges: readonly (readonly [from: number, to: number])[];
  private readonly stem: Linear;
  private readonly nodes: readonly Linear[];
  private readonly heads: readonly Linear[];
  private readonly choices: readonly Choices[];
  private reduced: readonly ReducedFlow[] | null = null;

  /** @internal Use `nas.taskDag`. */
  constructor(readonly options: TaskDagOptions) {
    super();
    const { inputWidth, outputWidths, nodes, width = 16, reach = 3, seed = 0 } = options;
    Object.entries({ inputWidth, nodes, width, reach, tasks: outputWidths.length }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1)); // prettier-ignore
    const random = Random.fromSeed(seed).child('taskDag');
    const all = Array.from({ length: nodes }, (_, i) => i);
    this.edges = all.flatMap((to) => all.filter((from) => from < to && to - from <= reach).map((from) => [from, to] as const)); // prettier-ignore
    const linear = (name: string, from: number, to: number): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, random: random.child(name) }));
    this.stem = linear('stem', inputWidth, width);
    this.nodes = all.map((i) => linear(`node${i}`, width, width));
    this.heads = outputWidths.map((outputs, t) => linear(`head${t}`, width, outputs));
    const logits = (name: string, count: number): Parameter =>
      this.addParameter(name, Parameter.over([Axis.fixed('choices', count)], tf.zeros, { decay: false }));
    this.choices = outputWidths.map((_, t) => ({
      readIn: logits(`task${t}ReadIn`, nodes),
      edges: logits(`task${t}Edges`, Math.max(1, this.edges.length)),
      readOut: logits(`task${t}ReadOut`, nodes)
    }));
  }

  /** Parameters of the architecture by path; none once it is reduced. */
  architecture(): Map<string, Parameter> {
    return new Map(
      this.reduced === null
        ? [...this.parameters()].filter(([path]) => /^task\d+(ReadIn|Edges|ReadOut)$/.test(path))
        : []
    );
  }

  /** Mean part of an edge, 0..1, over edges and tasks: what the squeeze loss lessens. */
  openness(): tf.Scalar {
    return tf.addN(this.choices.map(({ edges }) => tf.sigmoid(edges.read()).mean())).div(this.choices.length);
  }

  /** Edges that a task uses, with its part of each; after a reduction all parts are 1. */
  edgesOf(task: number): { from: number; to: number; part: number }[] {
    const { edges } = this.choices[task];
    const parts = tf.tidy(() => Array.from(tf.sigmoid(edges.read()).dataSync()));
    const all = this.edges.map(([from, to], e) => ({ from, to, part: this.reduced === null ? parts[e] : 1 }));
    return this.reduced === null ? all : this.reduced[task].edges.map((e) => all[e]);
  }

  /**
   * Leaves each task, for good, what carries `threshold` of its flow or more, and a way from read-in to read-out in any case; see `nas.reduceFlow`.
   *
   * @returns What is left to each task.
   */
  reduce({ threshold = 0.1 }: { threshold?: number } = {}): readonly ReducedFlow[] {
    expectNumber(WHERE, 'threshold', threshold, 0, 1);
    if (this.reduced !== null) {
      fail(WHERE, 'a network is reduced once', 'reduced');
    }
    const host = (of: Parameter, f: (x: tf.Tensor) => tf.Tensor): number[] =>
      tf.tidy(() => Array.from(f(of.read()).dataSync()));
    const left = this.choices.map((each) => {
      const parts = host(each.edges, (x) => tf.sigmoid(x));
      const edges = this.edges.map(([from, to], e) => [from, to, parts[e]] as const);
      const [readIn, readOut] = [each.readIn, each.readOut].map((of) => host(of, (x) => tf.softmax(x)));
      return reduceFlow({ readIn, edges, readOut }, threshold);
    });
    this.reduced = left;
    this.choices.forEach((each) => Object.values(each).forEach((of: Parameter) => (of.trainable = false)));
    return left;
  }

  override ownFlops(): number {
    return 0;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const first = this.stem.apply(x.reshape([x.shape[0]!, -1]), ctx.within('stem'));
      return tf.concat(this.heads.map((_, t) => this.output(t, first, ctx)), 1); // prettier-ignore
    });
  }

  private output(task: number, first: tf.Tensor, ctx: Context): tf.Tensor {
    const [readIn, edges, readOut] = this.weights(task);
    const states: tf.Tensor[] = [];
    const within = ctx.within(`task${task}`);
    this.nodes.forEach((node, to) => {
      const terms = this.edges.flatMap(([from, at], e) => (at === to && edges[e] !== null ? [states[from].mul(edges[e])] : [])); // prettier-ignore
      const own = readIn[to] === null ? [] : [first.mul(readIn[to])];
      const sum = own.length + terms.length === 0 ? tf.zerosLike(first) : tf.addN([...own, ...terms]);
      states.push(
        node
          .apply(sum, within.within(`node${to}`))
          .relu()
          .add(sum)
      );
    });
    const outputs = states.flatMap((state, i) => (readOut[i] === null ? [] : [state.mul(readOut[i])]));
    return this.heads[task].apply(tf.addN(outputs), within.within('head'));
  }

  /** Weight of each part of a task's network, null where it is left out. */
  private weights(task: number): (tf.Scalar | null)[][] {
    const { readIn, edges, readOut } = this.choices[task];
    const single = (of: tf.Tensor): tf.Scalar[] => Array.from({ length: of.size }, (_, i) => of.slice([i], [1]).reshape([])); // prettier-ignore
    if (this.reduced === null) {
      return [tf.softmax(readIn.read()), tf.sigmoid(edges.read()), tf.softmax(readOut.read())].map(single);
    }
    const left = this.reduced[task];
    const flags = (count: number, kept: readonly number[], weight: number): (tf.Scalar | null)[] =>
      Array.from({ length: count }, (_, i) => (kept.includes(i) ? tf.scalar(weight) : null));
    return [
      flags(readIn.size, left.readIn, 1 / left.readIn.length),
      flags(this.edges.length, left.edges, 1),
      flags(readOut.size, left.readOut, 1 / left.readOut.length)
    ];
  }
}

/**
 * A network of several tasks in a restricted graph (arXiv 2303.06856): inputs [B, ...] to the outputs of all tasks side by side, [B, P1 + P2 + ...]. Each task reads into nodes of a shared central network, uses its
 * own part of the edges, which lead to one of the next few nodes, and reads out of nodes. `nas.searchDag` learns the parts, `reduce` leaves what carries flow.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function taskDag(options: TaskDagOptions): TaskDag {
  return new TaskDag(options);
}
