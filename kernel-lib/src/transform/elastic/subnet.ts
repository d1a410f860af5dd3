import { tf } from '../../base/backend';
import type { Context, Module } from '../../base/core';
import { fail } from '../../base/core';
import { moduleFlops, sumFlops } from '../../models/moduleFlops';
import { measureStatistics } from './calibrate';
import type { Statistics } from './calibrate';
import { isGone, resolveChoice } from './choice';
import type { ResolvedChoice, SubnetChoice } from './choice';

/** Options of `elastic.Subnet`. */
export interface SubnetOptions {
  /** Inputs of the model, each of one pass: the statistics of batch norms are measured anew on them. Default: they are the model's. */
  calibration?: tf.Tensor | readonly tf.Tensor[];
}

/** Size and cost of a slice. */
export interface SubnetCost {
  /** Values of the parameters that it reads; of those that are mixed for its shape, the mixed ones. */
  parameters: number;
  /** Operations on a token, as `models.moduleFlops` counts them; null where a module does not say. */
  flops: number | null;
}

const WHERE = 'elastic.subnet';
/** Kind of the modules that mix a parameter for a slice. */
export const MIXED = 'mixed-by-shape';
/** Slice that a model runs as. */
const running = new WeakMap<Module, Subnet>();

/** Paths that a model leaves out at present. */
export function leftOut(model: Module): readonly string[] {
  return running.get(model)?.choice.skip ?? [];
}

/** A slice of a model, which shares all its values; see {@link subnet}. */
export class Subnet {
  private readonly resolved: ResolvedChoice;
  private statistics: Statistics = new Map();

  /** @internal Use `elastic.subnet`. */
  constructor(
    readonly model: Module,
    readonly choice: SubnetChoice,
    { calibration }: SubnetOptions = {}
  ) {
    this.resolved = resolveChoice(WHERE, model, choice);
    if (calibration !== undefined) {
      this.statistics = this.run(() => measureStatistics(WHERE, model, calibration));
    }
  }

  /**
   * Runs a function, of which a promise is awaited, while the model is the slice: `subnet.run((model) => task.evaluate(model))`.
   *
   * @throws {SwitchyardError} where the model runs as another slice meanwhile.
   */
  run<T>(f: (model: Module) => T): T {
    const leave = this.enter();
    let result: T;
    try {
      result = f(this.model);
    } catch (error) {
      leave();
      throw error;
    }
    if (isPromise(result)) {
      return Promise.resolve(result).finally(leave) as T;
    }
    leave();
    return result;
  }

  /** The slice's output; gradients reach the model's own parameters. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.run((model) => model.apply(x, ctx));
  }

  /** Size and operations; `length` are the positions of a sequence, as in `models.moduleFlops`. */
  cost({ length }: { length?: number } = {}): SubnetCost {
    const mixed = [...this.model.modules()].flatMap(([path, module]) => (module.kind === MIXED ? [`${path}.`] : []));
    const shares = new Map(this.resolved.omissions.flatMap(({ gone }) => gone.map((path) => [path, 0] as const)));
    return this.run((model) => ({
      parameters: this.reads()
        .filter(([path]) => !mixed.some((prefix) => path.startsWith(prefix)))
        .reduce((sum, [, { axes }]) => sum + axes.reduce((n, { size }) => n * size, 1), 0),
      flops: sumFlops(moduleFlops(model, { length, shares }))
    }));
  }

  /** Where the slice reads the values of each parameter, 1, and where not, 0; null where it reads all. Not named: none. The caller disposes them. */
  reach(): Map<string, tf.Tensor | null> {
    return this.run(() => new Map(this.reads().map(([path, { axes }]) => [path, readCells(axes)])));
  }

  /** Own statistics of batch norms, by path of the buffer; empty where they are the model's. */
  get ownStatistics(): ReadonlyMap<string, tf.Tensor> {
    return this.statistics;
  }

  /** Frees the statistics; the model stays. */
  dispose(): void {
    this.statistics.forEach((each) => each.dispose());
    this.statistics = new Map();
  }

  private reads() {
    return [...this.model.parameters()].filter(([path]) => !isGone(path, this.resolved.omissions));
  }

  private enter(): () => void {
    const { model } = this;
    if (running.has(model)) {
      fail(WHERE, 'a model runs as one slice at a time', running.get(model)!.choice);
    }
    const undo: (() => void)[] = [];
    const leave = (): void => {
      running.delete(model);
      undo.splice(0).forEach((each) => each());
    };
    running.set(model, this);
    try {
      for (const { axis, positions } of this.resolved.cuts) {
        const before = axis.selection;
        axis.keep(positions);
        undo.push(() => (before === null ? axis.keepAll() : axis.keep(before)));
      }
      for (const { module, gives } of this.resolved.omissions) {
        // Zeros of a shape, not of a tensor: no gradient reaches what comes before a branch that is left out.
        undo.push(module.intercept((_, x) => (gives === 'input' ? x.clone() : tf.zeros(x.shape))));
      }
      const buffers = model.buffers();
      this.statistics.forEach((own, path) => undo.push(buffers.get(path)!.wrap(() => own)));
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }
}

/**
 * A slice of a model, in place: widths, heads, hidden units and experts are the first of each axis (or those named), blocks and branches are left
 * out, and values are shared, none copied. Norms, biases, a router's columns and buffers go with their positions. It gives what the smaller model of
 * `elastic.extract` gives, and gradients reach the values that it reads and no others.
 *
 * @throws {SwitchyardError} where a name fits no axis that can be cut, an axis has no such positions, or a path is of nothing that can be left out.
 */
export function subnet(model: Module, choice: SubnetChoice, options: SubnetOptions = {}): Subnet {
  return new Subnet(model, choice, options);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null)?.then === 'function';
}

function readCells(axes: readonly { selection: Int32Array | null; storedSize: number }[]): tf.Tensor | null {
  if (axes.every(({ selection }) => selection === null)) {
    return null;
  }
  return tf.tidy(() =>
    axes.reduce<tf.Tensor>(
      (cells, { selection, storedSize }, dimension) => {
        if (selection === null) {
          return cells;
        }
        const kept = new Float32Array(storedSize);
        selection.forEach((position) => (kept[position] = 1));
        return cells.mul(
          tf.tensor(
            kept,
            axes.map((_, i) => (i === dimension ? storedSize : 1))
          )
        );
      },
      tf.ones(axes.map(({ storedSize }) => storedSize))
    )
  );
}
