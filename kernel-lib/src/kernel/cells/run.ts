import type { Modules } from '../modules/modules';
import { Interrupted } from './interrupted';
import type { Cell } from './cell';

/** One run of a cell's script: what its statements tell the kernel. */
export class Run {
  /** Number of the last step that was done; -1 for none, null before V8 has accepted the script. */
  step: number | null = null;
  private resources: { value: unknown; method: symbol }[] = [];

  constructor(
    private readonly cell: Cell,
    private readonly modules: Modules,
    private readonly loaded: unknown[]
  ) {}

  /** The last expression's value; nothing is shown of none. */
  set value(value: unknown) {
    this.cell.result = value === undefined || value === null ? null : { value };
  }

  /** Module that an import gives. */
  imported(module: number, name: string): unknown {
    return this.modules.take(this.loaded[module], name);
  }

  /** Makes `own` a global name whose value is always the one that the module has; assigned to, it is a variable. */
  follow(own: string, module: number, name: string): void {
    const from = this.loaded[module];
    Object.defineProperty(globalThis, own, {
      configurable: true,
      get: () => this.modules.take(from, name),
      set: (value: unknown) => Object.defineProperty(globalThis, own, { value, writable: true, configurable: true })
    });
  }

  /** Passes on what was awaited; an interrupted cell goes no further. */
  awaited<T>(value: T): T {
    if (this.cell.interrupted) {
      throw new Interrupted();
    }
    return value;
  }

  /** `using`: what is disposed of when the cell ends. */
  use<T>(value: T): T {
    return this.keep(value, Symbol.dispose);
  }

  useAsync<T>(value: T): T {
    const own = (value as Record<symbol, unknown> | null | undefined)?.[Symbol.asyncDispose];
    return this.keep(value, typeof own === 'function' ? Symbol.asyncDispose : Symbol.dispose);
  }

  /** Disposes, the last first. */
  async end(): Promise<void> {
    for (let next = this.resources.pop(); next !== undefined; next = this.resources.pop()) {
      await (next.value as Record<symbol, () => unknown>)[next.method]();
    }
  }

  private keep<T>(value: T, method: symbol): T {
    if (value !== null && value !== undefined) {
      if (typeof (value as Record<symbol, unknown>)[method] !== 'function') {
        throw new TypeError('using: an object with [Symbol.dispose] is needed');
      }
      this.resources.push({ value, method });
    }
    return value;
  }
}

/** Stands for runs that have ended: what is left of their statements stops. */
export const ENDED = Object.freeze({
  awaited(): never {
    throw new Interrupted();
  },
  imported(): never {
    throw new Interrupted();
  }
});
