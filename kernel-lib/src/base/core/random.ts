import { executeSingle, isNative, tf } from '../backend';
import { markBlank } from './blank';
import { expectInteger } from './errors';

/**
 * A key in a tree of named random streams. A key is a value: drawing from it twice gives the same numbers, and
 * different numbers come from different children. So a run can be resumed at any step without replaying the draws
 * before it (the design of JAX's `random.split` and `fold_in`).
 *
 * On one backend the same key gives the same numbers, bit for bit.
 */
export class Random {
  private constructor(
    private readonly state: number,
    private readonly isBlank = false
  ) {}

  /** A key whose tensors are zeros: of values that are about to be read from a file. */
  static blank(): Random {
    return new Random(0, true);
  }

  /** The root of a tree. `seed` is an integer in 0..2^53-1. */
  static fromSeed(seed: number): Random {
    expectInteger('Random.fromSeed', 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
    return new Random(mix(mix(0x9e3779b9, seed >>> 0), Math.floor(seed / 2 ** 32)));
  }

  /** The child stream of this name or number. */
  child(name: string | number): Random {
    if (this.isBlank) {
      return this;
    }
    if (typeof name === 'number') {
      return new Random(mix(mix(this.state, 0x4e554d42), name >>> 0));
    }
    let state = mix(this.state, 0x53545230 + name.length);
    for (let i = 0; i < name.length; i++) {
      state = mix(state, name.charCodeAt(i));
    }
    return new Random(state);
  }

  /** Independent normal values of this mean and standard deviation. */
  normal(shape: number[], mean = 0, standardDeviation = 1): tf.Tensor {
    if (this.isBlank) {
      return markBlank(tf.zeros(shape));
    }
    return tf.tidy(() => {
      const unit = isNative()
        ? this.stateless('StatelessRandomNormal', shape)
        : tf.randomNormal(shape, 0, 1, 'float32', this.state);
      return unit.mul(standardDeviation).add(mean);
    });
  }

  /** Independent uniform values in `[low, high)`. */
  uniform(shape: number[], low = 0, high = 1): tf.Tensor {
    if (this.isBlank) {
      return markBlank(tf.zeros(shape));
    }
    return tf.tidy(() => {
      const unit = isNative()
        ? this.stateless('StatelessRandomUniform', shape)
        : tf.randomUniform(shape, 0, 1, 'float32', this.state);
      return unit.mul(high - low).add(low);
    });
  }

  /** A function that gives the next uniform number in `[0, 1)` at each call, in JavaScript (mulberry32). */
  generator(): () => number {
    let state = this.state;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const next = this.generator();
    const out = items.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }

  private stateless(op: string, shape: number[]): tf.Tensor {
    const seed = tf.tensor1d([this.state | 0, mix(this.state, 1) | 0], 'int32');
    const size = tf.tensor1d(shape, 'int32');
    return executeSingle(op, { dtype: 'float32', T: 'int32', Tseed: 'int32' }, [size, seed]);
  }
}

// murmur3's finaliser over the state and one word: avalanches every bit.
function mix(state: number, word: number): number {
  let h = (state ^ Math.imul(word | 0, 0xcc9e2d51)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) + 0x9e3779b9) >>> 0;
}
