/** Node of a hidden layer with all that is its own: whether it counts, what enters it and what leaves it. */
export interface NodeState {
  active: boolean;
  /** [D]. */
  incoming: Float64Array;
  bias: number;
  /** [K]. */
  outgoing: Float64Array;
}

/** One linear layer on the host, and what it gave for the data. */
interface HostLayer {
  inputs: number;
  outputs: number;
  /** [D * H] and [H]. */
  weight: Float64Array;
  bias: Float64Array;
  /** Of nodes inside: 1 where they count; of outputs all 1. */
  active: Uint8Array;
  /** Its inputs, 0 of nodes that do not count, and its sums before the activation; [n * D] and [n * H]. */
  given: Float64Array;
  sums: Float64Array;
}

export interface HostWeights {
  weight: Float32Array;
  bias: Float32Array;
  shape: readonly number[];
}

const NONE = new Float64Array(0);

/** A multilayer perceptron in double precision on the host, whose nodes can be left out and changed one by one at the cost of one. */
export class HostNetwork {
  readonly layers: HostLayer[];

  constructor(
    weights: readonly HostWeights[],
    private readonly activation: (x: number) => number,
    /** [n * D]. */
    private readonly data: Float64Array
  ) {
    this.layers = weights.map(({ weight, bias, shape: [inputs, outputs] }) => ({
      ...{ inputs, outputs, weight: Float64Array.from(weight), bias: Float64Array.from(bias) },
      ...{ active: new Uint8Array(outputs).fill(1), given: new Float64Array(0), sums: new Float64Array(0) }
    }));
    this.runFrom(0);
  }

  get count(): number {
    return this.data.length / this.layers[0].inputs;
  }

  /** [n * P]. */
  get outputs(): Float64Array {
    return this.layers.at(-1)!.sums;
  }

  nodeAt(layer: number, node: number): NodeState {
    const { inputs, outputs, weight, bias, active } = this.layers[layer];
    const next = this.layers[layer + 1];
    const incoming = Float64Array.from({ length: inputs }, (_, i) => weight[i * outputs + node]);
    const outgoing = next.weight.slice(node * next.outputs, (node + 1) * next.outputs);
    return { active: active[node] === 1, incoming, bias: bias[node], outgoing };
  }

  /** Changes a node that does not count, and goes on not to: nothing that the network gives changes. */
  changeAside(layer: number, node: number, state: NodeState): void {
    this.store(layer, node, { ...state, active: false });
  }

  /** Changes a node; gives what takes the change back. */
  change(layer: number, node: number, state: NodeState): () => void {
    const before = this.nodeAt(layer, node);
    const own = this.layers[layer];
    const next = this.layers[layer + 1];
    const later = this.layers.slice(layer + 2).map(({ given, sums }) => ({ given, sums }));
    const { count } = this;
    const kept = { sums: next.sums, own: new Float64Array(count), given: new Float64Array(count) };
    this.store(layer, node, state);
    next.sums = next.sums.slice();
    const { incoming, outgoing } = state;
    for (let row = 0; row < count; row++) {
      const at = row * own.outputs + node;
      let sum = state.bias;
      for (let i = 0; i < own.inputs; i++) {
        sum += own.given[row * own.inputs + i] * incoming[i];
      }
      const now = state.active ? this.activation(sum) : 0;
      const old = next.given[at];
      for (let k = 0; k < next.outputs; k++) {
        next.sums[row * next.outputs + k] += now * outgoing[k] - old * before.outgoing[k];
      }
      kept.own[row] = own.sums[at];
      kept.given[row] = old;
      own.sums[at] = sum;
      next.given[at] = now;
    }
    this.runFrom(layer + 2);
    return () => {
      this.store(layer, node, before);
      next.sums = kept.sums;
      for (let row = 0; row < count; row++) {
        const at = row * own.outputs + node;
        own.sums[at] = kept.own[row];
        next.given[at] = kept.given[row];
      }
      later.forEach((values, i) => Object.assign(this.layers[layer + 2 + i], values));
    };
  }

  /** Outputs of a snapshot of this network for other data, [m * D]; [m * P]. */
  outputsFor(layers: readonly HostLayer[], data: Float64Array): Float64Array {
    const other = new HostNetwork([], this.activation, data);
    other.layers.push(...layers.map((layer) => ({ ...layer })));
    other.runFrom(0);
    return other.outputs;
  }

  /** Values as they are now. */
  snapshot(): HostLayer[] {
    return this.layers.map((layer) => ({ ...layer, given: NONE, sums: NONE, weight: layer.weight.slice(), bias: layer.bias.slice(), active: layer.active.slice() })); // prettier-ignore
  }

  /** Computes layers anew, from this one on. */
  runFrom(first: number): void {
    for (let l = first; l < this.layers.length; l++) {
      const layer = this.layers[l];
      const { inputs, outputs, weight, bias } = layer;
      const before = l === 0 ? null : this.layers[l - 1];
      layer.given = before === null ? this.data : before.sums.map((sum, at) => (before.active[at % inputs] === 1 ? this.activation(sum) : 0)); // prettier-ignore
      layer.sums = new Float64Array(this.count * outputs).map((_, at) => bias[at % outputs]);
      for (let row = 0; row < this.count; row++) {
        for (let i = 0; i < inputs; i++) {
          const x = layer.given[row * inputs + i];
          for (let h = 0; h < outputs; h++) {
            layer.sums[row * outputs + h] += x * weight[i * outputs + h];
          }
        }
      }
    }
  }

  private store(layer: number, node: number, { active, incoming, bias, outgoing }: NodeState): void {
    const own = this.layers[layer];
    const next = this.layers[layer + 1];
    incoming.forEach((value, i) => (own.weight[i * own.outputs + node] = value));
    own.bias[node] = bias;
    own.active[node] = active ? 1 : 0;
    next.weight.set(outgoing, node * next.outputs);
  }
}
