'use strict';

const { tf } = require('@switchyard/kernel-lib');

/**
 * Where the time of `run` goes: TensorFlow ops by name (binding included), copies to and from TensorFlow, and the rest,
 * which is JavaScript. The binding is wrapped for one run only.
 */
function profile(run) {
  const backend = tf.backend();
  const { binding } = backend;
  const groups = new Map();
  const around = {
    executeOp: timed(groups, (name) => name, binding.executeOp),
    createTensor: timed(groups, () => 'upload', binding.createTensor),
    tensorDataSync: timed(groups, () => 'read', binding.tensorDataSync),
    deleteTensor: timed(groups, () => 'delete', binding.deleteTensor)
  };
  // Its own functions cannot be assigned to, only hidden.
  const descriptors = Object.entries(around).map(([name, value]) => [name, { value }]);
  backend.binding = Object.create(binding, Object.fromEntries(descriptors));
  try {
    const start = performance.now();
    run();
    return summary(groups, performance.now() - start);
  } finally {
    backend.binding = binding;
  }
}

function timed(groups, nameOf, f) {
  return (...args) => {
    const name = nameOf(...args);
    const start = performance.now();
    try {
      return f(...args);
    } finally {
      const group = groups.get(name) ?? { count: 0, milliseconds: 0 };
      group.count++;
      group.milliseconds += performance.now() - start;
      groups.set(name, group);
    }
  };
}

function summary(groups, milliseconds) {
  const take = (name) => {
    const group = groups.get(name) ?? { count: 0, milliseconds: 0 };
    groups.delete(name);
    return group;
  };
  const [uploads, reads, deletions] = ['upload', 'read', 'delete'].map(take);
  const ops = [...groups].map(([name, group]) => ({ name, ...group }));
  ops.sort((a, b) => b.milliseconds - a.milliseconds);
  const inside = [uploads, reads, deletions, ...ops].reduce((sum, group) => sum + group.milliseconds, 0);
  const numOps = ops.reduce((sum, { count }) => sum + count, 0);
  return { milliseconds, numOps, ops, uploads, reads, deletions, javascript: milliseconds - inside };
}

module.exports = { profile };
