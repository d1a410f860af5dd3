'use strict';

const { findProject } = require('../support/project');
const { printable } = require('../support/printable');
const { reportError } = require('../support/problem');

/**
 * A command gets the project and the words after its name, and answers with the exit code.
 * @typedef {(project: import('../support/project').Project, words: string[]) => Promise<number>} Command
 */

/** @type {Record<string, { summary: string, load: () => Command }>} */
const COMMANDS = {
  setup: { summary: 'install and build all that is missing', load: () => require('./setup').setup },
  start: {
    summary: 'set up, then open JupyterLab; further words go to JupyterLab',
    load: () => require('./start').start
  },
  test: { summary: 'set up, then run every test (--only lint|vitest|pytest|ui)', load: () => require('./test').test },
  run: {
    summary: 'run a notebook headless and save it (NOTEBOOK [-p name=value ...] [-o OUT])',
    load: () => require('./run').run
  },
  verify: {
    summary: 'run notebooks again and compare with what was saved (NOTEBOOK...)',
    load: () => require('./verify').verify
  },
  diff: {
    summary: 'show what differs between two runs of a notebook, with nbdime (OLD NEW)',
    load: () => require('./diff').diff
  },
  export: {
    summary: 'write a notebook as an RO-Crate (NOTEBOOK [-o FOLDER] [-c CHECKPOINT ...] [-l LICENSE])',
    load: () => require('./export').exportCrate
  },
  models: {
    summary: 'fetch a model of a package, or list those there are (add NAME ..., list)',
    load: () => require('./models').models
  },
  runs: {
    summary: 'list saved runs, or write them for TensorBoard or W&B (list [FOLDER], export tensorboard|wandb [FOLDER])',
    load: () => require('./runs').runs
  },
  study: {
    summary: 'show, export or resume a search (show [NAME], export NAME, resume SCRIPT)',
    load: () => require('./study').study
  },
  doctor: {
    summary: 'say what is installed, what is wrong and how to mend it (--json)',
    load: () => require('./doctor').doctor
  }
};

/**
 * Runs the command that `argv` names.
 * @param {string[]} argv
 * @returns {Promise<number>} The exit code.
 */
async function run(argv) {
  const [name, ...words] = argv;
  if (argv.length === 0 || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(usage());
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    process.stderr.write(`switchyard: there is no command "${printable(name)}".\n\n${usage()}`);
    return 2;
  }
  const project = findProject();
  try {
    return await COMMANDS[name].load()(project, words);
  } catch (error) {
    return reportError(error, project.state);
  }
}

/** @returns {string} */
function usage() {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`);
  return ['usage: switchyard <command>', '', ...rows, ''].join('\n');
}

module.exports = { run };
