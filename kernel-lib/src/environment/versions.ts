import { machine, tf } from '../base/backend';

const { version } = require('../../package.json') as { version: string };

/** Versions of what computes the numbers, by name; null where a part is missing. */
export function versions(): Record<string, string | null> {
  return {
    '@switchyard/kernel-lib': version,
    tensorflow: machine().tensorflow,
    '@tensorflow/tfjs': tf.version.tfjs,
    tslab: packageVersion('tslab'),
    node: process.versions.node
  };
}

function packageVersion(name: string): string | null {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    // Not installed, which is what null says.
    return null;
  }
}
