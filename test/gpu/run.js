/**
 * `npm run gpu`: on a machine with an NVIDIA GPU, sets up for it, runs the library's fast tests on it, and times routers, layers and steps of training.
 * Without a GPU it says so and ends with 1.
 *
 *   --json FILE   writes the rows of the bench: test/bench/run.js
 *   --times       without the tests
 */
'use strict';

const { spawnSync } = require('child_process');
const path = require('path');
const { parseArgs } = require('util');
const { withoutCustomOps } = require('./withoutCustomOps');

const ROOT = path.join(__dirname, '..', '..');
const TIMED = ['router', 'layers', 'training'];
// In a process of its own, as the device is chosen when TensorFlow loads.
const PROBE =
  'const { device } = require("@switchyard/kernel-lib/dist/base/backend/index.js"); console.log(JSON.stringify(device()));';

function node(words, env = process.env) {
  return spawnSync(process.execPath, words, { cwd: ROOT, env, stdio: 'inherit' }).status ?? 1;
}

/** The device that ops run on: "gpu", "cpu" or "javascript". */
function kindOfDevice(env) {
  const { stdout } = spawnSync(process.execPath, ['-e', PROBE], { cwd: ROOT, env, encoding: 'utf8' });
  return JSON.parse(stdout.trim().split('\n').at(-1)).kind;
}

function main() {
  const { values } = parseArgs({ options: { json: { type: 'string' }, times: { type: 'boolean', default: false } } });
  const env = { ...process.env, SWITCHYARD_DEVICE: 'gpu' };
  if (node([path.join(ROOT, 'kernel-lib', 'bin', 'switchyard.js'), 'setup'], env) !== 0) {
    return 1;
  }
  if (kindOfDevice(env) !== 'gpu') {
    console.error('no GPU found, runs on the CPU: `npx switchyard doctor` says how to mend it');
    return 1;
  }
  if (!values.times) {
    const { words, env: composed } = withoutCustomOps(ROOT, env);
    if (node(words, composed) !== 0) {
      return 1;
    }
  }
  const codes = TIMED.map((section) => {
    const rows = values.json === undefined ? [] : ['--json', values.json.replace(/(\.json)?$/, `-${section}.json`)];
    return node([path.join(ROOT, 'test', 'bench', 'run.js'), '--alone', '--only', section, ...rows], env);
  });
  return codes.find((code) => code !== 0) ?? 0;
}

process.exit(main());
