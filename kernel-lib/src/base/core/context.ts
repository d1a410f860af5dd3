import { tf } from '../backend';
import { fail } from './errors';
import type { EventKind, Observer, PublishedEvent } from './events';
import type { Memory } from './memory';
import { Random } from './random';
import type { StateKey } from './stateKey';

/** Options of `core.Context.create`. */
export interface ContextOptions {
  /** True while training: noise, dropout and balance updates are on. Default false. */
  training?: boolean;
  /** The random stream of this pass. Default: seed 0. */
  random?: Random;
  /**
   * Those who are told what happens in the pass, each the kinds it names: `[core.observer('routing', (record) => ...)]`. Default: none, and
   * nothing extra is read from the device.
   */
  observers?: readonly Observer[];
  /** Keys and values that passes over earlier tokens of the same sequences left; this one adds to them. Default: none, each pass sees whole sequences. */
  memory?: Memory | null;
}

/** State that all scopes of one forward pass share. */
interface Pass {
  readonly training: boolean;
  readonly memory: Memory | null;
  readonly observers: ReadonlyMap<EventKind, readonly Observer[]>;
  readonly losses: Map<string, tf.Scalar>;
  readonly state: Map<string, object>;
  readonly updates: (() => void)[];
  readonly forks: Context[];
}

/**
 * All of a forward pass that is not a parameter: training or not, the random stream, auxiliary losses, routing state
 * and those who observe. Nothing of it lives on modules or in globals. Make one for each pass with {@link Context.create},
 * and dispose it when its losses have been read.
 */
export class Context {
  private constructor(
    private readonly pass: Pass,
    /** Path of the module that runs, for example "layers.2.moe". */
    readonly path: string,
    /** The random stream of this scope; different in every scope. */
    readonly random: Random
  ) {}

  static create(options: ContextOptions = {}): Context {
    if ('observer' in options) {
      fail('Context.create', "observer is now observers, a list: [core.observer('routing', f)]", 'observer');
    }
    const { training = false, random = Random.fromSeed(0), memory = null } = options;
    const observers = byKind(options.observers ?? []);
    const pass = { training, memory, observers, losses: new Map(), state: new Map(), updates: [], forks: [] };
    return new Context(pass, '', random);
  }

  get training(): boolean {
    return this.pass.training;
  }

  /** Keys and values that earlier passes over the same sequences left; null where there are none. */
  get memory(): Memory | null {
    return this.pass.memory;
  }

  /** Whether somebody observes events of this kind: what only they need is read from the device only then. */
  wants(kind: EventKind): boolean {
    return this.pass.observers.has(kind);
  }

  /** Tells those who observe events of this kind. */
  publish(event: PublishedEvent): void {
    this.pass.observers.get(event.kind)?.forEach((observer) => observer.observe(event));
  }

  /** The scope of a submodule. */
  within(name: string): Context {
    const path = this.path === '' ? name : `${this.path}.${name}`;
    return new Context(this.pass, path, this.random.child(name));
  }

  /**
   * A pass beside this one, with losses, state, deferred changes and a random stream of its own: of another slice of the same model. It is disposed
   * with this one.
   *
   * @param name - Of its random stream.
   * @param observed - Whether those who observe this pass are told of that one.
   */
  fork(name: string, observed: boolean): Context {
    const { training, memory } = this.pass;
    const observers: Pass['observers'] = observed ? this.pass.observers : new Map();
    const pass: Pass = { training, memory, observers, losses: new Map(), state: new Map(), updates: [], forks: [] };
    const fork = new Context(pass, this.path, this.random.child('fork').child(name));
    this.pass.forks.push(fork);
    return fork;
  }

  /**
   * A pass that goes on from where this one is, beside it: of the same random streams, observers and state, with losses and deferred changes of its own. The
   * caller disposes it.
   */
  branch(): Context {
    const state = new Map(
      [...this.pass.state].map(
        ([name, value]) => [name, value instanceof tf.Tensor ? tf.keep(value.clone()) : value] as const
      )
    );
    return new Context({ ...this.pass, state, losses: new Map(), updates: [], forks: [] }, this.path, this.random);
  }

  /**
   * Adds a term to the loss of this pass, already multiplied by its coefficient, under `path/name`. It stays alive
   * until {@link Context.dispose}.
   */
  addLoss(name: string, value: tf.Scalar): void {
    const key = `${this.path}/${name}`;
    if (this.pass.losses.has(key)) {
      fail('Context.addLoss', 'a loss is added once in a pass', key);
    }
    this.pass.losses.set(key, tf.keep(value));
  }

  /** Auxiliary losses of this pass by `path/name`. */
  get losses(): ReadonlyMap<string, tf.Scalar> {
    return this.pass.losses;
  }

  /**
   * Leaves a tensor for a later layer of this pass (a recurrent router's state, the previous layer's logits), or an immutable object (the graph that it is on), in
   * place of what was left under this key before, which is freed.
   */
  setState<T extends object>(key: StateKey<T>, value: T): void {
    const name = nameOf(key);
    free(this.pass.state.get(name));
    this.pass.state.set(name, value instanceof tf.Tensor ? tf.keep(value) : value);
  }

  /** Takes away what was left under this key, and frees it. */
  clearState<T extends object>(key: StateKey<T>): void {
    const name = nameOf(key);
    free(this.pass.state.get(name));
    this.pass.state.delete(name);
  }

  /** State that an earlier layer of this pass left under the key, or null. */
  getState<T extends object>(key: StateKey<T>): T | null {
    return (this.pass.state.get(nameOf(key)) as T | undefined) ?? null;
  }

  /** Defers a change of a buffer (a selection bias) until the pass, its gradients included, is over. */
  afterPass(update: () => void): void {
    this.pass.updates.push(update);
  }

  /** Runs the deferred changes; the training loop calls it once after the optimiser's step. */
  finish(): void {
    this.pass.updates.splice(0).forEach((update) => update());
  }

  /** Frees losses and state. */
  dispose(): void {
    this.pass.forks.splice(0).forEach((fork) => fork.dispose());
    this.pass.losses.forEach((loss) => loss.dispose());
    this.pass.losses.clear();
    this.pass.state.forEach(free);
    this.pass.state.clear();
  }
}

function free(value: object | undefined): void {
  if (value instanceof tf.Tensor) {
    value.dispose();
  }
}

function nameOf({ name }: { readonly name: string }): string {
  return typeof name === 'string' ? name : fail('core.Context', "a state's key is made by core.stateKey(name)", name);
}

function byKind(observers: readonly Observer[]): Map<EventKind, Observer[]> {
  const map = new Map<EventKind, Observer[]>();
  for (const observer of observers) {
    new Set(observer.kinds).forEach((kind) => map.set(kind, [...(map.get(kind) ?? []), observer]));
  }
  return map;
}
