import { tf } from '../base/backend';
import type { Parameter } from '../base/core';

/** Runs `f` with parameters moved `by` times a direction, where it names them; they are as before afterwards, bit for bit. */
export function moved<T>(
  parameters: ReadonlyMap<string, Parameter>,
  direction: ReadonlyMap<string, tf.Tensor>,
  by: number,
  f: () => T
): T {
  const concerned = [...parameters].filter(([path]) => direction.has(path));
  const before = concerned.map(([, { variable }]) => variable.clone());
  try {
    concerned.forEach(([path, { variable }]) =>
      tf.tidy(() => variable.assign(variable.add(direction.get(path)!.mul(by))))
    );
    return f();
  } finally {
    concerned.forEach(([, { variable }], i) => variable.assign(before[i]));
    tf.dispose(before);
  }
}
