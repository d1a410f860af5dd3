'use strict';

const fs = require('fs');
const path = require('path');

const FOLDER = path.join(__dirname, '../../support/payloads');

/** Names of the committed example payloads. */
const EXAMPLES = fs
  .readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => path.basename(file, '.json'));

/** An example by name, or a simulated run by its size: "48x128" has 48 layers of 128 experts, "16x64x2048" so many tokens too. */
async function payload(name) {
  const size = /^(\d+)x(\d+)(?:x(\d+))?$/.exec(name);
  if (size) {
    return simulated(...size.slice(1).map((text) => (text === undefined ? 128 : Number(text))));
  }
  if (!EXAMPLES.includes(name)) {
    throw new Error(`gallery: payload must be one of ${EXAMPLES.join(', ')}, or a size like 48x128, got ${name}`);
  }
  return JSON.parse(fs.readFileSync(path.join(FOLDER, `${name}.json`), 'utf8'));
}

/** Bounded to 64 kB as the recorder does it. */
async function simulated(layers, numExperts, sampled, seed = 3) {
  const { routing } = await import('../../support/payloads/generate.mjs');
  const { bound } = require('../../../kernel-lib/dist/telemetry/bound');
  const k = Math.min(2, numExperts);
  return bound(routing({ seed, layers, numExperts, k, steps: 8, sampled, domains: ['prose', 'python'] }));
}

module.exports = { EXAMPLES, payload, simulated };
