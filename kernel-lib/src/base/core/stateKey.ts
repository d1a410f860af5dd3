import type { tf } from '../backend';
import { fail } from './errors';

declare const held: unique symbol;

/**
 * The name of a tensor, or of an immutable object such as a graph, that one layer leaves for another in a pass, and what it is: `ctx.setState(key, value)`,
 * `ctx.getState(key)`. Keys of one name are one key, so that a spec can name a state in JSON.
 */
export interface StateKey<T extends object = tf.Tensor> {
  readonly name: string;
  /** In types only: what the state holds. */
  readonly [held]?: (value: T) => T;
}

/**
 * The key of a state: `const TOKEN_IDS = stateKey<tf.Tensor1D>('tokenIds')`.
 *
 * @throws {SwitchyardError} where the name is empty or no text.
 */
export function stateKey<T extends object = tf.Tensor>(name: string): StateKey<T> {
  return typeof name === 'string' && name !== '' ? { name } : fail('core.stateKey', 'name must be a text', name);
}
