import type { tf } from '../backend';
import { fail } from './errors';

/**
 * Checks a tensor's dtype.
 *
 * @throws {SwitchyardError} naming `where`, the argument, the dtypes that are taken and the one that came.
 */
export function expectDtype(where: string, name: string, x: tf.Tensor, ...allowed: readonly tf.DataType[]): void {
  if (!allowed.includes(x.dtype)) {
    fail(where, `${name} must be ${allowed.join(' or ')}`, x.dtype);
  }
}
