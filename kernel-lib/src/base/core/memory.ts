import { tf } from '../backend';
import { fail } from './errors';

const LEAST_ROOM = 64;

export interface MemoryOptions {
  /** Places before a sequence's first token that hold none, of each sequence, where shorter ones are padded on the left. Default: none. */
  padding?: readonly number[];
}

/**
 * Store of keys and values of the tokens that layers have seen, so that a later pass takes only the new ones. It is given to
 * each of these passes ({@link ContextOptions}), belongs to whoever made it, and is disposed by it.
 */
export class Memory {
  /** Places that all sequences have taken so far, padding included. */
  private taken = 0;
  private readonly kept = new Map<string, tf.Tensor>();
  readonly padding: readonly number[] | null;

  constructor({ padding }: MemoryOptions = {}) {
    this.padding = padding?.some((places) => places > 0) ? padding : null;
  }

  /** Places taken by the passes before this one. */
  get length(): number {
    return this.taken;
  }

  /** Tensor that is kept under this name with `value` after it along the axis; it is kept in turn. The tensor belongs to the memory. */
  extend<T extends tf.Tensor>(name: string, value: T, axis: number): T {
    const before = this.kept.get(name);
    if ((before?.shape[axis] ?? 0) !== this.taken) {
      fail(name, `must have kept ${this.taken} places`, before?.shape[axis] ?? 0);
    }
    const all = tf.keep(before === undefined ? value.clone() : tf.concat([before, value], axis)) as T;
    before?.dispose();
    this.kept.set(name, all);
    return all;
  }

  /**
   * Tensor [B, heads, C, W] whose first {@link Memory.length} places hold what is kept under this name, with room for so many new ones, which an op writes
   * into it where it is: it is nobody else's. What is kept so is not {@link Memory.extend}ed.
   */
  room(name: string, [batch, heads, width]: readonly [number, number, number], places: number): tf.Tensor4D {
    const before = this.kept.get(name) as tf.Tensor4D | undefined;
    const needed = this.taken + places;
    if (before !== undefined && before.shape[2] >= needed) {
      return before;
    }
    const all = tf.tidy(() => {
      const room = 2 ** Math.ceil(Math.log2(Math.max(needed, LEAST_ROOM))) - this.taken;
      const rest = tf.fill<tf.Rank.R4>([batch, heads, room, width], 0);
      return tf.keep(
        before === undefined ? rest : tf.concat([before.slice([0, 0, 0, 0], [-1, -1, this.taken, -1]), rest], 2)
      );
    });
    before?.dispose();
    this.kept.set(name, all);
    return all;
  }

  /** A pass over this many new places is over. */
  advance(places: number): void {
    this.taken += places;
  }

  /** Frees all that is kept. */
  dispose(): void {
    this.kept.forEach((value) => value.dispose());
    this.kept.clear();
    this.taken = 0;
  }
}
