import type { tf } from '../backend';
import type { Context } from './context';
import { fail } from './errors';
import type { Parameter } from './parameter';

/** Computes something else in place of a module's function, which is `inner`; `ctx` is the module's own scope. */
export type ModuleTransform = (inner: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, ctx: Context) => tf.Tensor;

/**
 * A network is a tree of modules: a module holds parameters and submodules and computes `apply(x, ctx)`. The path of a
 * parameter ("layers.2.moe.experts.w1") names it for saving, pruning, slices, search and the panels alike.
 */
export abstract class Module {
  /** The kind, in words of the field: "linear", "moe", "top-k". */
  abstract readonly kind: string;

  private readonly ownParameters = new Map<string, Parameter>();
  private readonly ownBuffers = new Map<string, tf.Variable>();
  private readonly ownChildren = new Map<string, Module>();
  private transforms: ModuleTransform[] | null = null;

  /** Computes the module's function. Shapes are the subclass's to say. */
  abstract apply(x: tf.Tensor, ctx: Context): tf.Tensor;

  /** Submodules by name, in the order they were added. */
  get children(): ReadonlyMap<string, Module> {
    return this.ownChildren;
  }

  /** All parameters of the tree by path, depth first. */
  parameters(): Map<string, Parameter> {
    return this.collect((module) => module.ownParameters);
  }

  /** State that training changes without a gradient (a router's selection bias), by path, depth first. */
  buffers(): Map<string, tf.Variable> {
    return this.collect((module) => module.ownBuffers);
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
   * Wraps every later `apply`, so that no layer knows of what was put around it (an adapter that routes tokens); the last is
   * outermost. Returns the function that takes the wrapping off again.
   */
  wrap(transform: ModuleTransform): () => void {
    const transforms = (this.transforms ??= this.beginTransforms());
    transforms.push(transform);
    return () => {
      const at = transforms.indexOf(transform);
      if (at >= 0) {
        transforms.splice(at, 1);
      }
    };
  }

  /** Number of stored values in all parameters. */
  countParameters(): number {
    let count = 0;
    for (const parameter of this.parameters().values()) {
      count += parameter.variable.size;
    }
    return count;
  }

  /** Frees every parameter and buffer of the tree. */
  dispose(): void {
    this.parameters().forEach((parameter) => parameter.dispose());
    this.buffers().forEach((buffer) => buffer.dispose());
  }

  protected addParameter(name: string, parameter: Parameter): Parameter {
    return add(this.ownParameters, name, parameter);
  }

  protected addBuffer(name: string, buffer: tf.Variable): tf.Variable {
    return add(this.ownBuffers, name, buffer);
  }

  protected addChild<M extends Module>(name: string, module: M): M {
    add<Module>(this.ownChildren, name, module);
    return module;
  }

  // An instance's own `apply` hides the class's; a module that nobody wraps pays nothing.
  private beginTransforms(): ModuleTransform[] {
    const transforms: ModuleTransform[] = [];
    const plain = this.apply.bind(this);
    this.apply = (x, ctx) =>
      transforms.reduce<(x: tf.Tensor) => tf.Tensor>(
        (inner, transform) => (y) => transform(inner, y, ctx),
        (y) => plain(y, ctx)
      )(x);
    return transforms;
  }

  private collect<T>(own: (module: Module) => ReadonlyMap<string, T>): Map<string, T> {
    const out = new Map<string, T>();
    for (const [path, module] of this.modules()) {
      for (const [name, item] of own(module)) {
        out.set(join(path, name), item);
      }
    }
    return out;
  }
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

function add<T>(into: Map<string, T>, name: string, item: T): T {
  if (into.has(name)) {
    fail('Module', 'names must be unique within a module', name);
  }
  into.set(name, item);
  return item;
}
