'use strict';

const fs = require('fs');
const path = require('path');

/**
 * Where things are.
 * @typedef {object} Project
 * @property {string} root - Folder that gets `.venv` and `.switchyard`.
 * @property {string} library - Folder of kernel-lib.
 * @property {boolean} source - True in a clone of the sources, false in a folder that only uses the library.
 * @property {string} venv
 * @property {string} state - Stamps, logs, reports, the built wheel.
 */

/**
 * Finds the project from the place of this file (a clone, or a `node_modules`) and the current folder.
 * @param {string} [library]
 * @param {string} [cwd]
 * @returns {Project}
 */
function findProject(library = path.resolve(__dirname, '..', '..'), cwd = process.cwd()) {
  const above = path.dirname(library);
  const source = packageName(above) === 'jupyterlab-switchyard' && fs.existsSync(path.join(library, 'src'));
  const root = source ? above : userRoot(library, cwd);
  return { root, library, source, venv: path.join(root, '.venv'), state: path.join(root, '.switchyard') };
}

/**
 * The folder whose `node_modules` holds the library; where that is no folder above `cwd` (a global install), `cwd`.
 * @param {string} library
 * @param {string} cwd
 * @returns {string}
 */
function userRoot(library, cwd) {
  const modules = library.lastIndexOf(`${path.sep}node_modules${path.sep}`);
  const owner = modules < 0 ? cwd : library.slice(0, modules);
  const from = path.relative(owner, realpath(cwd));
  return from.startsWith('..') || path.isAbsolute(from) ? cwd : owner;
}

/**
 * @param {string} folder
 * @returns {string | undefined}
 */
function packageName(folder) {
  const file = path.join(folder, 'package.json');
  return fs.existsSync(file) ? readJson(file).name : undefined;
}

/**
 * Path of a program in the virtual environment.
 * @param {Pick<Project, 'venv'>} project
 * @param {string} name
 * @returns {string}
 */
function venvProgram({ venv }, name) {
  return process.platform === 'win32' ? path.join(venv, 'Scripts', `${name}.exe`) : path.join(venv, 'bin', name);
}

/**
 * The environment with the virtual environment's programs first.
 * @param {Pick<Project, 'venv'>} project
 * @returns {NodeJS.ProcessEnv}
 */
function venvEnvironment(project) {
  const { PYTHONHOME: _unwanted, ...rest } = process.env;
  const programs = path.dirname(venvProgram(project, 'python'));
  return {
    ...rest,
    VIRTUAL_ENV: project.venv,
    JUPYTER_PREFER_ENV_PATH: '1',
    PATH: `${programs}${path.delimiter}${process.env.PATH ?? ''}`
  };
}

/**
 * @param {string} file
 * @returns {any}
 */
function readJson(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

/**
 * @param {string} folder
 * @returns {string}
 */
function realpath(folder) {
  return fs.existsSync(folder) ? fs.realpathSync(folder) : folder;
}

module.exports = { findProject, readJson, venvEnvironment, venvProgram };
