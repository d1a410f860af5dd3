import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

interface Engine {
  endScope(result?: unknown): void;
}

/**
 * Mends the end of `tf.tidy` in TensorFlow.js, the user's as well, for results that hold typed arrays or long lists: it looks for tensors in them value by value, which takes seconds for a million and is an error ("Set maximum size exceeded")
 * beyond 2^24 different ones.
 */
export function mendScopeResults(): void {
  const engine = tf.engine() as unknown as Engine;
  const end = engine.endScope.bind(engine);
  // Each op ends a scope with its tensor.
  engine.endScope = (result) => end(result instanceof tf.Tensor ? result : tensorsIn(result));
}

function tensorsIn(result: unknown): Tensor[] {
  const found: Tensor[] = [];
  const seen = new Set<object>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) {
      return;
    }
    seen.add(value);
    if (value instanceof tf.Tensor) {
      found.push(value);
    } else if (Array.isArray(value)) {
      value.forEach(walk);
    } else {
      // Inherited ones too, as TensorFlow.js does.
      for (const key in value) {
        walk((value as Record<string, unknown>)[key]);
      }
    }
  };
  walk(result);
  return found;
}
