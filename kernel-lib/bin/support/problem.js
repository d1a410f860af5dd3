'use strict';

const fs = require('fs');
const path = require('path');
const { printable } = require('./printable');

/** Something the user can mend: one sentence that says what to do, shown without a stack trace. */
class Problem extends Error {
  /**
   * @param {string} sentence
   * @param {{ log?: string, code?: number }} [options] - `log`: file with the full output; `code`: the exit code.
   */
  constructor(sentence, { log, code = 1 } = {}) {
    super(sentence);
    this.name = 'Problem';
    this.log = log;
    this.code = code;
  }
}

/**
 * Prints `error` for a person and gives the exit code. A stack trace goes to a log file only.
 * @param {unknown} error
 * @param {string} state - The project's `.switchyard` folder.
 * @returns {number}
 */
function reportError(error, state) {
  const problem = error instanceof Problem ? error : fromSystem(error, state);
  process.stderr.write(`\n${printable(problem.message)}\n`);
  if (problem.log !== undefined) {
    process.stderr.write(`The whole output is in ${path.relative(process.cwd(), problem.log) || problem.log}\n`);
  }
  return problem.code;
}

/**
 * @param {unknown} error
 * @param {string} state
 * @returns {Problem}
 */
function fromSystem(error, state) {
  const {
    code,
    message,
    stack,
    path: at
  } = /** @type {NodeJS.ErrnoException} */ (error instanceof Error ? error : new Error(String(error)));
  if (code === 'ENOSPC') {
    return diskFull(path.dirname(state));
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new Problem(`${at ?? 'A file'} cannot be written: make the folder yours (chown, chmod) and run this again.`);
  }
  return new Problem(`switchyard broke: ${message}`, { log: writeCrash(stack ?? message, state) });
}

/**
 * @param {string} folder
 * @returns {Problem}
 */
function diskFull(folder) {
  return new Problem(`The disk that holds ${folder} is full: free some space and run this again.`);
}

/**
 * @param {string} text
 * @param {string} state
 * @returns {string | undefined}
 */
function writeCrash(text, state) {
  const log = path.join(state, 'logs', 'crash.log');
  try {
    fs.mkdirSync(path.dirname(log), { recursive: true });
    fs.writeFileSync(log, `${text}\n`);
    return log;
  } catch {
    // Nowhere to write: the terminal is the only place left.
    process.stderr.write(`${text}\n`);
    return undefined;
  }
}

module.exports = { Problem, diskFull, reportError };
