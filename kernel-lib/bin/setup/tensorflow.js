'use strict';

const childProcess = require('child_process');
const fs = require('fs');
const path = require('path');
const { explain } = require('../support/explain');
const { Problem } = require('../support/problem');
const { capture } = require('../support/process');
const { venvProgram } = require('../support/project');
const { fromLock, lockedPackage, lockFile, PIP } = require('./pip');

/**
 * Which wheel of TensorFlow this machine gets, and the lock that names its hash; its C library is what TensorFlow.js runs on.
 * @typedef {{ device: 'cpu' | 'gpu', wheel: string, lock: string } | { device: 'javascript', reason: string }} Choice
 */

/**
 * @param {{ platform: string, arch: string, hasDriver: boolean, wanted?: string }} machine - `wanted`: SWITCHYARD_DEVICE.
 * @returns {Choice}
 */
function chooseTensorflow({ platform, arch, hasDriver, wanted }) {
  if (wanted !== undefined && wanted !== '' && wanted !== 'cpu' && wanted !== 'gpu') {
    throw new Problem(`SWITCHYARD_DEVICE must be cpu or gpu, got ${wanted}.`);
  }
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) {
    return { device: 'javascript', reason: `TensorFlow's native library is not set up for ${platform} on ${arch}` };
  }
  if (wanted ? wanted === 'gpu' : hasDriver) {
    return { device: 'gpu', ...locked('tensorflow') };
  }
  // On ARM the plain package is the one without CUDA.
  return { device: 'cpu', ...locked(arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow') };
}

/**
 * @param {string} lock
 * @returns {{ wheel: string, lock: string }}
 */
function locked(lock) {
  return { wheel: lockedPackage(lock), lock };
}

/** @returns {boolean} True where the NVIDIA driver is loaded; under WSL only its tool tells. */
function hasNvidiaDriver() {
  return (
    fs.existsSync('/proc/driver/nvidia/version') ||
    childProcess.spawnSync('nvidia-smi', ['-L'], { stdio: 'ignore' }).status === 0
  );
}

/**
 * The choice for this machine.
 * @returns {Choice}
 */
function thisMachine() {
  return chooseTensorflow({
    platform: process.platform,
    arch: process.arch,
    hasDriver: hasNvidiaDriver(),
    wanted: process.env.SWITCHYARD_DEVICE
  });
}

/**
 * Whether a GPU was asked for that nobody finds: everything then runs on the CPU.
 * @param {Choice} [choice]
 * @param {boolean} [hasDriver]
 * @returns {boolean}
 */
function lacksGpu(choice = thisMachine(), hasDriver = hasNvidiaDriver()) {
  return choice.device === 'gpu' && !hasDriver;
}

/**
 * Folder of the Python package `tensorflow` in the virtual environment.
 * @param {Pick<import('../support/project').Project, 'venv'>} project
 * @returns {string | null} Null where it is not installed.
 */
function tensorflowFolder({ venv }) {
  const lib = path.join(venv, 'lib');
  const pythons = fs.existsSync(lib) ? fs.readdirSync(lib).filter((name) => name.startsWith('python')) : [];
  const folders = pythons.map((name) => path.join(lib, name, 'site-packages', 'tensorflow'));
  return folders.find((folder) => fs.existsSync(path.join(folder, 'libtensorflow_framework.so.2'))) ?? null;
}

/**
 * @param {import('../support/project').Project} project
 * @param {Choice} choice
 * @param {import('./run-steps').Task} task
 * @returns {Promise<void>}
 */
async function installTensorflow(project, choice, { log, warn }) {
  const lost = 'plain TensorFlow.js runs instead: one CPU thread, no GPU, and often 100 times slower.';
  if (choice.device === 'javascript') {
    warn(`${choice.reason}; ${lost}`);
    return;
  }
  const python = venvProgram(project, 'python');
  const pip = (/** @type {string[]} */ ...words) => capture(python, [...PIP, ...words], { log, cwd: project.root });
  // Both packages own the folder `tensorflow`.
  await pip('uninstall', '-y', 'tensorflow', 'tensorflow-cpu');
  fs.rmSync(tensorflowFolder(project) ?? path.join(project.venv, 'no-tensorflow'), { recursive: true, force: true });
  const outcome = await pip('install', ...fromLock(lockFile(choice.lock)));
  const problem = explain('pip', 'Installing TensorFlow', outcome, { log, root: project.root });
  if (outcome.code !== 0 && problem.message.includes('No matching distribution found')) {
    warn(`There is no wheel ${choice.wheel} for this platform and Python; ${lost}`);
  } else if (outcome.code !== 0) {
    throw problem;
  } else if (choice.device === 'gpu') {
    await installCuda(pip, { log, root: project.root });
  }
}

/**
 * @param {(...words: string[]) => Promise<import('../support/process').Outcome>} pip
 * @param {{ log: string, root: string }} places
 */
async function installCuda(pip, places) {
  const outcome = await pip('install', ...fromLock(lockFile('cuda')));
  if (outcome.code !== 0) {
    throw explain('pip', 'Installing the CUDA libraries', outcome, places);
  }
}

module.exports = { chooseTensorflow, installTensorflow, lacksGpu, tensorflowFolder, thisMachine };
