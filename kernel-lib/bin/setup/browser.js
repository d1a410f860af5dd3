'use strict';

const fs = require('fs');
const path = require('path');
const { explain } = require('../support/explain');
const { line, seconds, showRunning } = require('../support/lines');
const { Problem } = require('../support/problem');
const { capture } = require('../support/process');

/** The browser, and letters for it: the tests compare pictures. */
const PACKAGES = ['chromium', 'fonts-dejavu-core'];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * Path of a Chromium for the tests: the machine's, else Playwright's own download, else the system's package.
 * @param {import('../support/project').Project} project
 * @returns {Promise<string>}
 */
async function findBrowser(project) {
  const start = Date.now();
  const hide = showRunning('Chromium');
  const log = path.join(project.state, 'logs', 'browser.log');
  try {
    const found =
      onPath() ??
      (await playwrightPath(project, log)) ??
      (await downloadWithPlaywright(project, log)) ??
      (await installPackage(project, log));
    hide();
    console.log(line('ok', 'Chromium', `${found}, ${seconds(Date.now() - start)}`));
    return found;
  } catch (error) {
    hide();
    console.log(line('failed', 'Chromium', seconds(Date.now() - start)));
    throw error;
  }
}

/** @returns {string | null} */
function onPath() {
  const wanted = process.env.SWITCHYARD_CHROMIUM;
  if (wanted) {
    return wanted;
  }
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const files = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return files.find((file) => fs.existsSync(file)) ?? null;
}

/**
 * Where Playwright keeps the Chromium that it downloaded.
 * @param {import('../support/project').Project} project
 * @param {string} log
 * @returns {Promise<string | null>} Null where there is none.
 */
async function playwrightPath({ root }, log) {
  const script = "process.stdout.write(require('@playwright/test').chromium.executablePath())";
  const { output } = await capture(process.execPath, ['-e', script], { cwd: root, log });
  return fs.existsSync(output) ? output : null;
}

/**
 * @param {import('../support/project').Project} project
 * @param {string} log
 * @returns {Promise<string | null>}
 */
async function downloadWithPlaywright(project, log) {
  const cli = path.join(project.root, 'node_modules', '@playwright', 'test', 'cli.js');
  await capture(process.execPath, [cli, 'install', '--no-shell', 'chromium'], { cwd: project.root, log });
  return playwrightPath(project, log);
}

/**
 * @param {import('../support/project').Project} project
 * @param {string} log
 * @returns {Promise<string>}
 */
async function installPackage(project, log) {
  if (process.getuid?.() !== 0 || !fs.existsSync('/usr/bin/apt-get')) {
    throw new Problem(
      'There is no Chromium for the tests, and Playwright could not download one: install it ' +
        '(Debian and Ubuntu: `apt-get install chromium`) and run this again.',
      { log }
    );
  }
  await capture('apt-get', ['update'], { log });
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const outcome = await capture('apt-get', ['install', '-y', '--no-install-recommends', ...PACKAGES], { env, log });
  const found = onPath();
  if (outcome.code !== 0 || found === null) {
    throw explain('apt', 'Installing Chromium', outcome, { log, root: project.root });
  }
  return found;
}

module.exports = { findBrowser };
