'use strict';

const childProcess = require('child_process');
const { Problem } = require('../support/problem');

/** @typedef {{ command: string, executable: string, version: [number, number] }} Python */
/** @typedef {Python & { hasVenv: boolean }} Probed */

const OLDEST = [3, 10];
// Newest with a wheel of TensorFlow first: a newer Python is taken only where there is no other.
const CANDIDATES = ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
const NEWEST_WITH_WHEEL = 13;

const PROBE =
  'import sys, json, importlib.util as u; print(json.dumps([sys.executable, *sys.version_info[:2], ' +
  'all(u.find_spec(m) for m in ("venv", "ensurepip"))]))';

/**
 * The Python that the virtual environment is made with; `SWITCHYARD_PYTHON` overrules the search.
 * @returns {Python}
 */
function findPython() {
  const wanted = process.env.SWITCHYARD_PYTHON;
  /** @type {Probed[]} */
  const found = [];
  for (const command of wanted ? [wanted] : CANDIDATES) {
    const python = probe(command);
    if (python !== null && isRecent(python) && python.hasVenv && python.version[1] <= NEWEST_WITH_WHEEL) {
      return python;
    }
    found.push(...(python === null ? [] : [python]));
  }
  return found.find((python) => isRecent(python) && python.hasVenv) ?? refuse(found);
}

/**
 * @param {Probed[]} found
 * @returns {never}
 */
function refuse(found) {
  const recent = found.find(isRecent);
  if (recent !== undefined) {
    throw new Problem(
      `${recent.executable} (Python ${recent.version.join('.')}) has no venv module: install it ` +
        '(Debian and Ubuntu: `apt-get install python3-venv`) and run this again.'
    );
  }
  const came = found.length > 0 ? ` (found ${found.map(({ version }) => version.join('.')).join(', ')})` : '';
  throw new Problem(
    `There is no Python 3.10 or later on the PATH${came}: install one ` +
      '(Debian and Ubuntu: `apt-get install python3 python3-venv`) and run this again.'
  );
}

/**
 * @param {Python} python
 * @returns {boolean}
 */
function isRecent({ version: [major, minor] }) {
  return major === OLDEST[0] && minor >= OLDEST[1];
}

/**
 * @param {string} command
 * @returns {Probed | null}
 */
function probe(command) {
  const { status, stdout } = childProcess.spawnSync(command, ['-I', '-c', PROBE], { encoding: 'utf8' });
  if (status !== 0) {
    return null;
  }
  const [executable, major, minor, hasVenv] = JSON.parse(stdout);
  return { command, executable, version: [major, minor], hasVenv };
}

module.exports = { findPython };
