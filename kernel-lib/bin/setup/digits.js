'use strict';

const fs = require('fs');
const path = require('path');
const { explain } = require('../support/explain');
const { capture } = require('../support/process');
const { venvProgram } = require('../support/project');
const { fromLock, lockFile, PIP } = require('./pip');

// 9 MB, of which 57 kB are kept. The images are the same in the wheels for every platform: one is named, so that each machine finds it.
const LOCK = lockFile('digits');
const WHEEL = ['--platform', 'manylinux2014_x86_64', '--python-version', '3.12', ...fromLock(LOCK)];

const UNPACK =
  'import zipfile, sys, glob; wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]); ' +
  'open(sys.argv[2], "wb").write(wheel.read("sklearn/datasets/data/digits.csv.gz"))';

/**
 * Takes the images of digits out of scikit-learn's package, for `data.digits()`. Without them only that is lost.
 * @param {import('../support/project').Project} project
 * @param {import('./run-steps').Task} task
 * @returns {Promise<void>}
 */
async function exportDigits(project, { log, warn }) {
  const folder = path.join(project.state, 'digits');
  const python = venvProgram(project, 'python');
  const target = digitsFile(project);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const download = await capture(python, [...PIP, 'download', ...WHEEL, '-d', folder], { log });
  const outcome =
    download.code === 0 ? await capture(python, ['-I', '-c', UNPACK, folder, `${target}.new`], { log }) : download;
  fs.rmSync(folder, { recursive: true, force: true });
  if (outcome.code === 0) {
    fs.renameSync(`${target}.new`, target);
  } else {
    const { message } = explain('pip', 'Taking the digits from scikit-learn', outcome, { log, root: project.root });
    warn(`${message} Until then data.digits() has nothing to read.`);
  }
}

/**
 * @param {Pick<import('../support/project').Project, 'venv'>} project
 * @returns {string}
 */
function digitsFile({ venv }) {
  return path.join(venv, 'share', 'switchyard', 'digits.csv.gz');
}

module.exports = { digitsFile, exportDigits, LOCK };
