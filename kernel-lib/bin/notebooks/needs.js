'use strict';

const childProcess = require('child_process');
const fs = require('fs');
const { MODELS, modelFile } = require('../setup/models');
const { Problem } = require('../support/problem');
const { venvEnvironment, venvProgram } = require('../support/project');

// With PYTHONPATH, as the kernel will have it, but with no module of the current folder.
const PROBE =
  'import sys; sys.path = [p for p in sys.path if p]; import importlib.util as u, json; print(json.dumps([n for n in sys.argv[1:] if u.find_spec(n) is None]))';

/**
 * The Python packages that a notebook says it needs (`metadata.switchyard.needs`) and the environment lacks: those of a
 * notebook on a Python kernel that the set-up does not install.
 * @param {import('../support/project').Project} project
 * @param {import('./notebook').Notebook} notebook
 * @returns {string[]}
 */
function missingPackages(project, { metadata }) {
  const needs = readNeeds(metadata.switchyard?.needs);
  if (needs.length === 0) {
    return [];
  }
  const { status, stdout, stderr } = childProcess.spawnSync(venvProgram(project, 'python'), ['-c', PROBE, ...needs], {
    encoding: 'utf8',
    env: venvEnvironment(project)
  });
  if (status !== 0) {
    throw new Problem(`${project.venv} has no Python that runs: run \`npx switchyard setup\`. ${stderr}`);
  }
  return /** @type {string[]} */ (JSON.parse(stdout));
}

/**
 * @param {unknown} needs
 * @returns {string[]}
 */
function readNeeds(needs = []) {
  if (!Array.isArray(needs) || !needs.every((name) => /^[A-Za-z_]\w*$/.test(String(name)))) {
    throw new Problem(`metadata.switchyard.needs must be a list of Python packages, got ${JSON.stringify(needs)}.`);
  }
  return needs.map(String);
}

/**
 * The models that a notebook says it opens by name (`metadata.switchyard.models`) and that are not there, each with the command that fetches it.
 * @param {import('../support/project').Project} project
 * @param {import('./notebook').Notebook} notebook
 * @returns {string[]}
 */
function missingModels(project, { metadata }) {
  const names = metadata.switchyard?.models ?? [];
  if (!Array.isArray(names) || !names.every((name) => Object.hasOwn(MODELS, String(name)))) {
    throw new Problem(
      `metadata.switchyard.models must be a list of ${Object.keys(MODELS).join(', ')}, got ${JSON.stringify(names)}.`
    );
  }
  return names.flatMap((name) =>
    fs.existsSync(modelFile(project, String(name)))
      ? []
      : [`${String(name)} (\`npx switchyard models add ${String(name)}\`)`]
  );
}

module.exports = { missingModels, missingPackages };
