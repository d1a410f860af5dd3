'use strict';

const fs = require('fs');
const path = require('path');

/** How Python is told to run pip; `-I`: with no module of the current folder. */
const PIP = ['-I', '-m', 'pip', '--disable-pip-version-check', '--no-input', '--retries', '3'];

/**
 * The words for pip that take exactly what a lock names, each file with the hash that it had when it was chosen; no
 * package's own code runs while it is installed.
 * @param {string} file - A lock of `uv pip compile --generate-hashes`.
 * @returns {string[]}
 */
function fromLock(file) {
  return ['--no-deps', '--only-binary=:all:', '--require-hashes', '-r', file];
}

/**
 * A lock of this folder.
 * @param {string} name
 * @returns {string}
 */
function lockFile(name) {
  return path.join(__dirname, 'locks', `${name}.txt`);
}

/**
 * What a lock of a single package installs, as in `scikit-learn==1.7.2`.
 * @param {string} name
 * @returns {string}
 */
function lockedPackage(name) {
  return fs.readFileSync(lockFile(name), 'utf8').split(/\s/, 1)[0];
}

module.exports = { PIP, fromLock, lockFile, lockedPackage };
