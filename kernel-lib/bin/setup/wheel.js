'use strict';

const fs = require('fs');
const path = require('path');
const { explain } = require('../support/explain');
const { capture } = require('../support/process');
const { readJson, venvEnvironment, venvProgram } = require('../support/project');
const { wheelFolder } = require('./keptWheel');
const { PIP } = require('./pip');

/**
 * Builds the wheel (extension, kernelspec, Python side) from the clone's sources.
 * @param {import('../support/project').Project} project
 * @param {string} log
 * @returns {Promise<string>} The wheel's path.
 */
async function buildWheel(project, log) {
  const folder = wheelFolder(project);
  fs.rmSync(folder, { recursive: true, force: true });
  const outcome = await capture(venvProgram(project, 'hatchling'), ['build', '-t', 'wheel', '-d', folder], {
    cwd: project.root,
    env: venvEnvironment(project),
    log
  });
  if (outcome.code !== 0) {
    throw explain('pip', 'Building the wheel', outcome, { log, root: project.root });
  }
  const name = fs.readdirSync(folder).find((file) => file.endsWith('.whl'));
  return path.join(folder, /** @type {string} */ (name));
}

/**
 * Installs the wheel and tells its kernelspec where the library is.
 * @param {import('../support/project').Project} project
 * @param {string} wheel - A file.
 * @param {string} log
 * @returns {Promise<void>}
 */
async function installWheel(project, wheel, log) {
  const words = [...PIP, 'install', '--no-index', '--no-deps', '--force-reinstall', wheel];
  const outcome = await capture(venvProgram(project, 'python'), words, { log });
  if (outcome.code !== 0) {
    throw explain('pip', 'Installing jupyterlab-switchyard', outcome, { log, root: project.root });
  }
  const file = kernelspecFile(project);
  const spec = readJson(file);
  spec.env = { ...spec.env, SWITCHYARD_KERNEL_LIB: project.library };
  fs.writeFileSync(file, `${JSON.stringify(spec, null, 2)}\n`);
}

/**
 * @param {Pick<import('../support/project').Project, 'venv'>} project
 * @returns {string}
 */
function kernelspecFile({ venv }) {
  return path.join(venv, 'share', 'jupyter', 'kernels', 'switchyard', 'kernel.json');
}

module.exports = { buildWheel, installWheel, kernelspecFile };
