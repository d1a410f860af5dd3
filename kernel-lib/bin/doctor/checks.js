'use strict';

const fs = require('fs');
const path = require('path');
const { hasBinding } = require('../../native/binding');
const { capture } = require('../support/process');
const { readJson, venvEnvironment, venvProgram } = require('../support/project');
const { thisMachine } = require('../setup/tensorflow');
const { kernelspecFile } = require('../setup/wheel');

/**
 * What one check found.
 * @typedef {object} Finding
 * @property {string} name
 * @property {'ok' | 'failed' | 'note'} status - A note is worth knowing and no fault.
 * @property {string} value - A version, a path, or what is wrong.
 * @property {string} [mend] - How to mend it.
 *
 * @typedef {import('../support/project').Project} Project
 */

const SETUP = 'run `npx switchyard setup`';

/**
 * @param {string} name
 * @param {string | null} value
 * @param {string} missing - What is wrong where `value` is null.
 * @param {string} [mend]
 * @returns {Finding}
 */
function expectValue(name, value, missing, mend = SETUP) {
  return value === null ? { name, status: 'failed', value: missing, mend } : { name, status: 'ok', value };
}

/**
 * Pictures are drawn by a library of ES modules, which Node can require from these versions on.
 * @param {string} version
 * @returns {Finding}
 */
function judgeNode(version) {
  const [major, minor] = version.split('.').map(Number);
  const draws = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
  if (draws) {
    return { name: 'Node', status: 'ok', value: version };
  }
  const value = major < 20 ? version : `${version}, which cannot draw the SVG pictures`;
  return { name: 'Node', status: 'failed', value, mend: 'install Node 20.19, or 22.12 or later' };
}

// One process for all: name, then version or nothing.
const PYTHON_VERSIONS = `
import json, sys, importlib.metadata as m
def version(name):
    try:
        return m.version(name)
    except m.PackageNotFoundError:
        return None
print(json.dumps({"python": sys.version.split()[0], **{n: version(n) for n in sys.argv[1:]}}))
`;

/**
 * @param {Project} project
 * @returns {Promise<Finding[]>}
 */
async function checkPython(project) {
  const names = ['jupyterlab', 'tensorflow', 'tensorflow-cpu', 'jupyterlab-switchyard'];
  const { code, output } = await capture(venvProgram(project, 'python'), ['-I', '-c', PYTHON_VERSIONS, ...names]);
  const versions = code === 0 ? JSON.parse(output) : {};
  const tensorflow = versions.tensorflow ?? versions['tensorflow-cpu'] ?? null;
  const choice = thisMachine();
  return [
    expectValue('Python', versions.python ?? null, 'there is no .venv'),
    choice.device === 'javascript' && tensorflow === null
      ? { name: 'TensorFlow', status: 'note', value: `none: ${choice.reason}` }
      : expectValue('TensorFlow', tensorflow, 'not installed'),
    expectValue('JupyterLab', versions.jupyterlab ?? null, 'not installed'),
    expectValue('jupyterlab-switchyard', versions['jupyterlab-switchyard'] ?? null, 'not installed')
  ];
}

/**
 * @param {Project} project
 * @returns {Finding[]}
 */
function checkNodePackages({ library }) {
  const version = (/** @type {string} */ name) => {
    try {
      return readJson(require.resolve(`${name}/package.json`, { paths: [library] })).version;
    } catch {
      return null;
    }
  };
  return [
    ['TensorFlow.js', '@tensorflow/tfjs'],
    ['tslab', 'tslab']
  ].map(([title, name]) => expectValue(title, version(name), 'not installed'));
}

/**
 * The TypeScript that checks cells of notebooks here.
 * @param {Pick<Project, 'library'>} project
 * @param {string} [cwd]
 * @returns {Finding}
 */
function checkTypeScript({ library }, cwd = process.cwd()) {
  const file = path.join(library, 'dist', 'kernel', 'typescript', 'choose.js');
  if (!fs.existsSync(file)) {
    return expectValue('TypeScript', null, 'the library is not built');
  }
  const { version, folder, own } = require(file).chooseTypeScript(cwd);
  return expectValue('TypeScript', own ? `${version}, of ${folder}` : version, 'not installed');
}

/**
 * @param {Project} project
 * @returns {Finding}
 */
function checkLibrary({ library }) {
  const built = fs.existsSync(path.join(library, 'dist', 'index.js'));
  const { version } = readJson(path.join(library, 'package.json'));
  return expectValue('kernel-lib', built ? version : null, 'not built');
}

// What ops really run on: a product is computed, and the backend that did it is asked.
const PRODUCT = `
const { device, tf } = require(process.argv[1]);
const { customOpsError } = require(process.argv[1].replace('index.js', 'base/backend'));
tf.tidy(() => {
  const ones = tf.ones([64, 64]);
  const sum = tf.matMul(ones, ones).sum().dataSync()[0];
  console.log(JSON.stringify({ ...device(), sum, customOps: customOpsError() }));
});
`;

/**
 * @param {Project} project
 * @returns {Promise<Finding[]>}
 */
async function checkDevice({ library }) {
  const { code, output } = await capture(process.execPath, ['-e', PRODUCT, path.join(library, 'dist', 'index.js')]);
  const said = output.split('\n').findLast((text) => text.startsWith('{'));
  if (code !== 0 || said === undefined) {
    const value = output.split('\n').find((text) => /error/i.test(text)) ?? `exit code ${String(code)}`;
    return [{ name: 'Device', status: 'failed', value: `a product of two matrices failed: ${value}`, mend: SETUP }];
  }
  return judgeDevice(JSON.parse(said), thisMachine(), hasNative(library));
}

/**
 * @param {string} library
 * @returns {boolean}
 */
function hasNative(library) {
  try {
    return hasBinding(library);
  } catch {
    return false;
  }
}

/**
 * @param {{ kind: string, backend: string, loadError: string | null, sum: number, customOps?: string | null }} device -
 *   What a product ran on; `customOps`: why the custom ops do not run, null where they do.
 * @param {import('../setup/tensorflow').Choice} choice - What this machine was set up for.
 * @param {boolean} compiled - Whether the binding is there.
 * @returns {Finding[]}
 */
function judgeDevice({ kind, backend, loadError, sum, customOps = null }, choice, compiled) {
  if (sum !== 64 ** 3) {
    return [
      { name: 'Device', status: 'failed', value: `${kind}: a product came out wrong (${String(sum)})`, mend: SETUP }
    ];
  }
  if (kind === 'javascript' && choice.device !== 'javascript') {
    const value = `plain TensorFlow.js: ${compiled ? (loadError ?? backend) : 'the TensorFlow binding is not compiled'}`;
    return [{ name: 'Device', status: 'failed', value, mend: SETUP }];
  }
  return [
    { name: 'Device', status: 'ok', value: `${kind} (backend ${backend})` },
    ...judgeCustomOps(kind, customOps),
    judgeGpu(kind, choice)
  ];
}

/**
 * @param {string} kind
 * @param {string | null} error
 * @returns {Finding[]}
 */
function judgeCustomOps(kind, error) {
  if (kind !== 'cpu') {
    return [];
  }
  return [
    error === null
      ? { name: 'Custom ops', status: 'ok', value: 'used' }
      : { name: 'Custom ops', status: 'failed', value: `not used: ${error}`, mend: SETUP }
  ];
}

/**
 * @param {string} kind
 * @param {import('../setup/tensorflow').Choice} choice
 * @returns {Finding}
 */
function judgeGpu(kind, choice) {
  if (kind === 'gpu') {
    return { name: 'GPU', status: 'ok', value: 'used' };
  }
  return choice.device === 'gpu'
    ? {
        name: 'GPU',
        status: 'failed',
        value: 'no GPU found, runs on the CPU',
        mend: 'check the NVIDIA driver with `nvidia-smi`, then ' + SETUP
      }
    : { name: 'GPU', status: 'note', value: 'none: no NVIDIA driver was found, or SWITCHYARD_DEVICE is cpu' };
}

/**
 * @param {Project} project
 * @returns {Finding}
 */
function checkKernelspec(project) {
  const file = kernelspecFile(project);
  return expectValue('Kernelspec', fs.existsSync(file) ? path.dirname(file) : null, 'not installed');
}

/**
 * @param {Project} project
 * @returns {Promise<Finding>}
 */
async function checkExtension(project) {
  const { output } = await capture(venvProgram(project, 'jupyter-labextension'), ['list'], {
    env: { ...venvEnvironment(project), NO_COLOR: '1' }
  });
  return judgeExtension(output);
}

/**
 * @param {string} listing - What `jupyter labextension list` prints.
 * @returns {Finding}
 */
function judgeExtension(listing) {
  const name = 'Extension in JupyterLab';
  const text = listing.replace(/\u001b\[\d+m/g, '');
  const row = text.split('\n').find((line) => /^\s*jupyterlab-switchyard v/.test(line));
  if (row === undefined) {
    return { name, status: 'failed', value: 'not installed', mend: SETUP };
  }
  if (!/\benabled\b/.test(row)) {
    return {
      name,
      status: 'failed',
      value: 'disabled',
      mend: 'run `jupyter labextension enable jupyterlab-switchyard`'
    };
  }
  if (!/\bOK\b/.test(row)) {
    return { name, status: 'failed', value: 'not compatible with this JupyterLab', mend: SETUP };
  }
  return { name, status: 'ok', value: 'enabled, compatible' };
}

/**
 * @param {Project} project
 * @returns {Promise<Finding[]>}
 */
async function examine(project) {
  return [
    judgeNode(process.versions.node),
    ...(await checkPython(project)),
    ...checkNodePackages(project),
    checkTypeScript(project),
    checkLibrary(project),
    ...(await checkDevice(project)),
    checkKernelspec(project),
    await checkExtension(project)
  ];
}

module.exports = { checkTypeScript, examine, judgeDevice, judgeExtension, judgeNode };
