import { isNative, tf } from '../base/backend';

const { version } = require('../../package.json') as { version: string };

/** Versions of what computes the numbers, by name; null where a part is missing. */
export function versions(): Record<string, string | null> {
  return {
    '@switchyard/kernel-lib': version,
    tensorflow: tensorflowVersion(),
    '@tensorflow/tfjs': tf.version.tfjs,
    tslab: packageVersion('tslab'),
    node: process.versions.node
  };
}

function tensorflowVersion(): string | null {
  const backend = tf.backend() as unknown as { binding?: { TF_Version: string } };
  return isNative() ? (backend.binding?.TF_Version ?? null) : null;
}

function packageVersion(name: string): string | null {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    // Not installed, which is what null says.
    return null;
  }
}
