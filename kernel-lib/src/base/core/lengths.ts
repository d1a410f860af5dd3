import type { Module } from './module';

/** What a module says that lets more or fewer tokens out than came in, or gives its children another number of them. */
export interface Resizing {
  /** Tokens of a sequence that leave, of `length` that come. Default: as many. */
  lengthAfter?(length: number): number;
  /** Tokens of a sequence that reach a child. Default: as many as come. */
  lengthWithin?(child: string, length: number): number;
}

/** Tokens of a sequence that leave a module, of `length` that come. */
export function lengthAfter(module: Module, length: number): number {
  return (module as Resizing).lengthAfter?.(length) ?? length;
}

/** Tokens of a sequence that reach a module's child, of `length` that reach the module. */
export function lengthWithin(module: Module, child: string, length: number): number {
  return (module as Resizing).lengthWithin?.(child, length) ?? length;
}
