'use strict';

const fs = require('fs');
const path = require('path');
const { Problem } = require('../support/problem');

// Its name says what it is, as the wheel format has it: no other package is taken for ours.
const NAME = /^jupyterlab_switchyard-[^-]+-py3-none-any\.whl$/;

/**
 * Keeps a copy of the wheel that the user gives: later set-ups, `start` among them, install that one.
 * @param {Pick<import('../support/project').Project, 'source' | 'state'>} project
 * @param {string} file
 */
function keepWheel(project, file) {
  if (project.source) {
    throw new Problem('--wheel is for a folder without our sources; this clone builds its own.', { code: 2 });
  }
  if (!NAME.test(path.basename(file)) || !fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new Problem(`--wheel must be a file jupyterlab_switchyard-VERSION-py3-none-any.whl, got ${file}.`, {
      code: 2
    });
  }
  const bytes = fs.readFileSync(file);
  const folder = wheelFolder(project);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, path.basename(file)), bytes);
}

/**
 * The wheel that the user gave last. There is no other source for it: a name alone would be anybody's package.
 * @param {Pick<import('../support/project').Project, 'state'>} project
 * @returns {string}
 */
function keptWheel(project) {
  const folder = wheelFolder(project);
  const name = fs.existsSync(folder) ? fs.readdirSync(folder).find((file) => NAME.test(file)) : undefined;
  if (name === undefined) {
    throw new Problem(
      "JupyterLab's extension is not installed here yet: give its wheel once, `npx switchyard setup --wheel FILE`.",
      { code: 2 }
    );
  }
  return path.join(folder, name);
}

/**
 * @param {Pick<import('../support/project').Project, 'state'>} project
 * @returns {string}
 */
function wheelFolder({ state }) {
  return path.join(state, 'wheel');
}

module.exports = { keepWheel, keptWheel, wheelFolder };
