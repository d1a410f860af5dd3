/**
 * Loads TensorFlow and the custom ops in a process's main thread. Stryker runs tests in threads that come and go: with the last of them the libraries
 * would be unloaded, and they cannot be loaded again.
 */
'use strict';

const { existsSync } = require('fs');
const { isMainThread } = require('worker_threads');

if (isMainThread) {
  require('@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node');
  const ops = process.env.SWITCHYARD_CUSTOM_OPS;
  if (ops !== undefined && existsSync(ops)) {
    try {
      require(ops);
    } catch {
      // Built for another place: the library composes its ops of TensorFlow's own then.
    }
  }
}
