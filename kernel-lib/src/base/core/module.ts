import { tf } from '../backend';
import type { Axis } from './axis';
import { Buffer } from './buffer';
import type { Context } from './context';
import type { Cost, CostShape } from './cost';
import { fail } from './errors';
import { masked } from './masked';
import type { Parameter } from './parameter';
import type { Stored } from './stored';

/**
 * A function that stands in for a module's `apply`: it is given the module's own function as `inner`, the input, and the module's scope, and
 * returns the output.
 */
export type Interceptor = (inner: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, ctx: Context) => tf.Tensor;

const MASKS = new WeakMap<Parameter, Buffer>();
const maskName = (parameter: string): string => `${parameter}Mask`;

/**
 * A network is a tree of modules: a module holds parameters and submodules and computes `apply(x, ctx)`. The path of a
 * parameter ("layers.2.moe.experts.w1") names it for saving, pruning, slices, search and the panels alike.
 */
export abstract class Module {
  /** The kind, in words of the field: "linear", "moe", "top-k". */
  abstract readonly kind: string;

  private readonly ownParameters = new Map<string, Parameter>();
  private readonly ownBuffers = new Map<string, Buffer>();
  private readonly ownChildren = new Map<string, Module>();
  private readonly interceptors: { readonly around: Interceptor }[] = [];

  /** Computes the module's function. Shapes are the subclass's to say. */
  abstract apply(x: tf.Tensor, ctx: Context): tf.Tensor;

  /** Submodules by name, in the order they were added. */
  get children(): ReadonlyMap<string, Module> {
    return this.ownChildren;
  }

  /** All parameters of the tree by path, depth first; one that several modules hold (tied) is there once, by its first path. */
  parameters(): Map<string, Parameter> {
    return this.collect((module) => module.ownParameters);
  }

  /** State that training changes without a gradient (a router's selection bias), by path, depth first; tied is once. */
  buffers(): Map<string, Buffer> {
    return this.collect((module) => module.ownBuffers);
  }

  /** All that is saved of the tree, parameters and buffers, by path. */
  stored(): Map<string, Stored> {
    return new Map<string, Stored>([...this.parameters(), ...this.buffers()]);
  }

  /** This module and all below it by path; its own path is "". */
  modules(prefix = ''): Map<string, Module> {
    const out = new Map<string, Module>([[prefix, this]]);
    for (const [name, child] of this.ownChildren) {
      for (const [path, module] of child.modules(join(prefix, name))) {
        out.set(path, module);
      }
    }
    return out;
  }

  /**
   * The one way to stand between a module and those who apply it: adapters, captured inputs, reuse of features, the search for what is not
   * finite. The last is outermost, and no layer knows of any of them.
   *
   * @returns The function that takes this one off and leaves the others; called again it does nothing.
   */
  intercept(around: Interceptor): () => void {
    const { interceptors } = this;
    // An object of its own: the same function put on twice is two interceptions, each taken off by itself.
    const entry = { around };
    if (interceptors.push(entry) === 1) {
      this.beginInterception();
    }
    return () => {
      const at = interceptors.indexOf(entry);
      if (at >= 0) {
        interceptors.splice(at, 1);
        if (interceptors.length === 0) {
          Reflect.deleteProperty(this, 'apply');
        }
      }
    };
  }

  /** Whether anything stands between the module and those who apply it: who computes its function in another way must not. */
  get isIntercepted(): boolean {
    return this.interceptors.length > 0;
  }

  /**
   * Adds a module beside those that this one was built with, such as what mixes one of its parameters; it is trained, saved and disposed with them.
   *
   * @returns The function that takes it off again, and leaves it to the caller.
   */
  adopt(name: string, module: Module): () => void {
    this.addChild(name, module);
    return () => {
      if (this.ownChildren.get(name) === module) {
        this.ownChildren.delete(name);
      }
    };
  }

  /** Number of stored values in all parameters. */
  countParameters(): number {
    let count = 0;
    for (const parameter of this.parameters().values()) {
      count += parameter.size;
    }
    return count;
  }

  /**
   * Operations that the module itself spends on one token that reaches it, without its children's; null where it does not
   * say. A module with matrices of its own must say it.
   */
  ownFlops(_shape: CostShape): number | null {
    const matrices = [...this.ownParameters.values()].some(({ shape }) => shape.length > 1);
    return matrices ? null : 0;
  }

  /** How often a child works on a token that reaches the module: 1 where it always does. */
  childShare(_name: string): number {
    return 1;
  }

  /** Whether its input may stand for its output: a residual block can be left out of a network, and what comes in goes on. */
  isResidual(): boolean {
    return false;
  }

  /** Children whose output is added to what goes past them, so that the module works without, each with all that goes with it. */
  get branches(): ReadonlyMap<string, readonly string[]> {
    return new Map();
  }

  /** Axes of what its children hand on to each other, and nobody outside counts on: hidden widths between layers. */
  get handedOn(): readonly Axis[] {
    return [];
  }

  /** Tokens of a sequence that reach a child, of `length` that reach the module. */
  lengthWithin(_child: string, length: number): number {
    return length;
  }

  /** Tokens of a sequence that leave, of `length` that come. */
  lengthAfter(length: number): number {
    return length;
  }

  /** Cost of the module on one token that comes in, with all below it. */
  cost(shape: CostShape): Cost {
    let flops = this.ownFlops(shape);
    const { tokens = shape.length } = shape;
    let bytes = 0;
    for (const [name, child] of this.ownChildren) {
      const length = this.lengthWithin(name, shape.length);
      const below = length === 0 ? 0 : child.cost({ length, tokens: (tokens * length) / shape.length }).flops;
      flops = flops === null || below === null ? null : flops + (below * this.childShare(name) * length) / shape.length;
    }
    this.stored().forEach((each) => (bytes += each.bytes));
    return { flops, parameters: this.countParameters(), bytes };
  }

  /** Frees every parameter and buffer of the tree. */
  dispose(): void {
    this.stored().forEach((each) => each.dispose());
  }

  protected addParameter(name: string, parameter: Parameter): Parameter {
    return add(this.ownParameters, name, parameter);
  }

  /** Takes a parameter of its own away, where others stand in for it, and frees it. */
  protected removeParameter(name: string): void {
    this.ownParameters.get(name)?.dispose();
    this.ownParameters.delete(name);
  }

  protected addBuffer(name: string, buffer: Buffer): Buffer {
    return add(this.ownBuffers, name, buffer);
  }

  /**
   * Mask of a parameter of its own, over the same axes: a buffer "<name>Mask", 1 where a value counts and 0 where it is read as 0, whatever
   * is stored there; training stores 0. Ones at first; the same one each time.
   *
   * @throws {SwitchyardError} where there is no such parameter.
   */
  mask(name: string): Buffer {
    const parameter = this.ownParameters.get(name) ?? fail(this.kind, `mask must name a parameter of its own (${[...this.ownParameters.keys()].join(', ')})`, name); // prettier-ignore
    const made = this.ownBuffers.get(maskName(name));
    if (made !== undefined) {
      return made;
    }
    // A parameter that is tied has one mask, in each module that holds it.
    const mask = MASKS.get(parameter) ?? Buffer.over(parameter.axes, tf.ones);
    if (!MASKS.has(parameter)) {
      MASKS.set(parameter, mask);
      parameter.wrap((value) => masked(value, mask.read()));
    }
    return this.addBuffer(maskName(name), mask);
  }

  protected addChild<M extends Module>(name: string, module: M): M {
    add<Module>(this.ownChildren, name, module);
    return module;
  }

  // An instance's own `apply` hides the class's; a module that nobody intercepts has none, and pays nothing.
  private beginInterception(): void {
    const plain = this.apply.bind(this);
    this.apply = (x, ctx) =>
      this.interceptors.reduce<(x: tf.Tensor) => tf.Tensor>(
        (inner, { around }) =>
          (y) =>
            around(inner, y, ctx),
        (y) => plain(y, ctx)
      )(x);
  }

  private collect<T>(own: (module: Module) => ReadonlyMap<string, T>): Map<string, T> {
    const out = new Map<string, T>();
    const seen = new Set<T>();
    for (const [path, module] of this.modules()) {
      for (const [name, item] of own(module)) {
        if (!seen.has(item)) {
          seen.add(item);
          out.set(join(path, name), item);
        }
      }
    }
    return out;
  }
}

/** Paths of a module's parameters that have a mask. */
export function maskedPaths(root: Module): string[] {
  const buffers = root.buffers();
  return [...root.parameters().keys()].filter((path) => buffers.has(maskName(path)));
}

/** Masks of parameters, by path; made where there are none. */
export function masksAt(root: Module, paths: readonly string[]): Map<string, Buffer> {
  const modules = root.modules();
  return new Map(
    paths.map((path) => {
      const cut = path.lastIndexOf('.');
      const owner = modules.get(cut < 0 ? '' : path.slice(0, cut));
      return [
        path,
        (owner ?? fail('core.masksAt', 'paths must be of parameters that the module has', path)).mask(
          path.slice(cut + 1)
        )
      ];
    })
  );
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

function add<T>(into: Map<string, T>, name: string, item: T): T {
  if (into.has(name)) {
    fail('core.Module', 'names must be unique within a module', name);
  }
  into.set(name, item);
  return item;
}
