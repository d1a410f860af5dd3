/** @file The routed layer, and what it is measured against on the same backend. */
'use strict';

const { core, moe, routers, tf } = require('@switchyard/kernel-lib');
const { useCustomOps } = require('@switchyard/kernel-lib/dist/base/backend/index.js');
const { floor } = require('./floor');
const { oneHotLayer } = require('./oneHotLayer');

/** Routes by logits that are given, so that every rival routes alike; [T, E]. */
function givenLogits(logits, k) {
  class Given extends core.Module {
    kind = 'given';
    k = k;
    numExperts = logits.shape[1];
    route() {
      return routers.selectTopK(logits, { k });
    }
  }
  return { kind: 'given', options: { k }, build: () => new Given() };
}

function variable({ shape, values }) {
  return tf.tidy(() => tf.variable(tf.tensor(values, shape)));
}

/** The library's layer: x, logits and the two matrices of each expert in, [T, D] out. */
function routedLayer({ tensors, sizes: { k, numExperts, width, hidden } }) {
  const [x, logits] = [tensors.get('x'), tensors.get('logits')].map(variable);
  const build = ({ shape }) => {
    const { values } = tensors.get(shape[1] === width && shape[2] === hidden ? 'w1' : 'w2');
    return tf.tensor(values, shape);
  };
  const given = { kind: 'given', options: {}, build };
  const random = core.Random.fromSeed(0);
  const expertKind = moe.plainExperts({ initializer: given });
  const layer = moe.layer({ router: givenLogits(logits, k), experts: numExperts, width, hidden, expertKind, random });
  const apply = () => {
    const ctx = core.Context.create();
    try {
      return layer.apply(x, ctx);
    } finally {
      ctx.dispose();
    }
  };
  const [w1, w2] = ['w1', 'w2'].map((name) => layer.parameters().get(`experts.${name}`).variable);
  return { apply, inputs: { x, logits, w1, w2 }, dispose: () => (layer.dispose(), tf.dispose([x, logits])) };
}

/** What is run and compared: the value, and with it the gradients of all inputs where the direction is "both". */
function measured(make, direction) {
  return (opened) => {
    const { apply, inputs, dispose } = make(opened);
    const { values, shape } = opened.tensors.get('upstream');
    const upstream = tf.keep(tf.tensor(values, shape));
    const gradients = () => tf.grads(() => apply())(Object.values(inputs), upstream);
    const results = () => {
      const out = {};
      // Nothing is returned: a tidy goes through every number of what its function returns.
      tf.tidy(() => {
        out.y = host(apply());
        if (direction === 'both') {
          gradients().forEach((gradient, i) => (out[`d${Object.keys(inputs)[i]}`] = host(gradient)));
        }
      });
      return out;
    };
    const run = () => tf.tidy(() => void (direction === 'both' ? gradients() : apply()));
    return { run, results, dispose: () => (dispose(), upstream.dispose()) };
  };
}

function host(tensor) {
  return { shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) };
}

function composed(variant) {
  const without = (f) => () => {
    useCustomOps(false);
    try {
      return f();
    } finally {
      useCustomOps(true);
    }
  };
  return (opened) => {
    const { run, results, dispose } = variant(opened);
    return { run: without(run), results: without(results), dispose };
  };
}

function bothDirections(name, make) {
  return ['forward', 'both'].map((direction) => [`${name} ${direction}`, make(direction)]);
}

const VARIANTS = Object.fromEntries([
  ...bothDirections('ours', (direction) => measured(routedLayer, direction)),
  ...bothDirections('composed', (direction) => composed(measured(routedLayer, direction))),
  ...bothDirections('oneHot', (direction) => measured(oneHotLayer, direction)),
  ...bothDirections('floor', (direction) => floor(direction))
]);

module.exports = { VARIANTS, variable };
