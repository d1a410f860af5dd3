import { tf } from '../../base/backend';

/** A tidy round a function that returns no tensors of its own, but modules and numbers: `tf.tidy` types refuse those. */
export function tidyUp<T>(f: () => T): T {
  const made: T[] = [];
  tf.tidy(() => {
    made.push(f());
  });
  return made[0];
}
