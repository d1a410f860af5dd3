'use strict';

const childProcess = require('child_process');
const fs = require('fs');
const path = require('path');
const { setUp } = require('../setup');
const { answers } = require('../support/answers');
const { endWhenAsked } = require('../support/endWhenAsked');
const { venvEnvironment, venvProgram } = require('../support/project');

/**
 * `switchyard start [words for JupyterLab]`
 * @type {import('./index').Command}
 */
async function start(project, words) {
  await setUp(project);
  const quickstart = path.join('notebooks', 'quickstart.ipynb');
  const opened = fs.existsSync(path.join(project.root, quickstart)) ? quickstart : null;
  const own = [
    ...(opened === null ? [] : [opened]),
    // Ctrl-C has been pressed: no further question.
    '--ServerApp.answer_yes=True',
    // What a cell prints arrives whole, however fast.
    '--ZMQChannelsWebsocketConnection.limit_rate=False',
    ...(process.getuid?.() === 0 ? ['--allow-root'] : [])
  ];
  return runLab(project, [...own, ...words], opened);
}

/** How long JupyterLab is waited for to answer, before its address is told all the same. */
const PATIENCE_MS = 60_000;

/**
 * Runs JupyterLab until it ends or the user ends it.
 * @param {import('../support/project').Project} project
 * @param {string[]} words
 * @param {string | null} opened - The notebook that it opens.
 * @returns {Promise<number>}
 */
function runLab(project, words, opened) {
  // In its own process group: Ctrl-C comes to us (from a terminal, and once more from npm), and one signal goes on.
  const lab = childProcess.spawn(venvProgram(project, 'jupyter-lab'), words, {
    cwd: project.root,
    env: venvEnvironment(project),
    stdio: ['ignore', 'inherit', 'pipe'],
    detached: true
  });
  announce(lab.stderr, opened);
  const ending = endWhenAsked(lab);
  return new Promise((resolve, reject) => {
    lab.on('error', reject);
    lab.on('close', (code) => {
      ending.dispose();
      resolve(ending.asked() ? 0 : (code ?? 1));
    });
  });
}

/**
 * Passes JupyterLab's messages on, and says once, in a line of its own, where it is.
 * @param {import('stream').Readable} messages
 * @param {string | null} opened
 */
function announce(messages, opened) {
  let head = '';
  let said = false;
  messages.on('data', (/** @type {Buffer} */ chunk) => {
    process.stderr.write(chunk);
    if (said) {
      return;
    }
    head += chunk.toString();
    const address = /https?:\/\/\S+\?token=\w+/.exec(head)?.[0];
    if (address !== undefined) {
      said = true;
      // It is named before it answers.
      void answers(new URL('/api', address).href, PATIENCE_MS).then(() => {
        // The server's root is the notebook's folder.
        const page = opened === null ? '/lab?' : `/lab/tree/${path.basename(opened)}?`;
        console.log(`\nJupyterLab is at ${address.replace('/lab?', page)}\nCtrl-C ends it.\n`);
      });
    }
  });
}

module.exports = { start };
