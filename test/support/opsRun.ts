import { tf } from '@switchyard/kernel-lib';

type Execute = (op: string, ...rest: unknown[]) => unknown;

/** Names of the ops that TensorFlow runs in a function, in order. */
export function opsRun(f: () => void): string[] {
  const backend = tf.backend() as unknown as Record<'executeSingleOutput' | 'executeMultipleOutputs', Execute>;
  const names: string[] = [];
  for (const way of ['executeSingleOutput', 'executeMultipleOutputs'] as const) {
    const execute = backend[way].bind(backend);
    backend[way] = (op, ...rest) => {
      names.push(op);
      return execute(op, ...rest);
    };
  }
  try {
    f();
  } finally {
    Reflect.deleteProperty(backend, 'executeSingleOutput');
    Reflect.deleteProperty(backend, 'executeMultipleOutputs');
  }
  return names;
}
