'use strict';

const childProcess = require('child_process');
const fs = require('fs');
const path = require('path');

/**
 * @typedef {object} Outcome
 * @property {number} code - Exit code; 127 where the program was not found, 128 + signal number is not used: see `signal`.
 * @property {string | null} signal
 * @property {string} output - The end of stdout and stderr, as they came.
 */

const KEPT_OUTPUT = 400_000;

/** @type {Set<import('child_process').ChildProcess>} */
const running = new Set();

/** Ends the programs that {@link capture} runs now. */
function stopRunning() {
  running.forEach((child) => child.kill('SIGTERM'));
}

/**
 * Runs a program to its end; its output goes to the `log` file only.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, log?: string }} [options]
 * @returns {Promise<Outcome>}
 */
function capture(command, args, { cwd, env, log } = {}) {
  const append = openLog(log);
  append(`$ ${[command, ...args].join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = childProcess.spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    const take = (/** @type {Buffer} */ chunk) => {
      append(chunk);
      output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => {
      running.delete(child);
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code === 'ENOENT') {
        resolve({ code: 127, signal: null, output: `${command}: not found` });
      } else {
        reject(error);
      }
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      append('\n');
      resolve({ code: code ?? 1, signal, output });
    });
  });
}

/**
 * Runs a program whose output goes straight to the terminal.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>} The exit code; 127 where the program was not found.
 */
function passThrough(command, args, options) {
  return new Promise((resolve) => {
    const child = childProcess.spawn(command, args, { ...options, stdio: 'inherit' });
    child.on('error', () => {
      resolve(127);
    });
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

/**
 * The command line of npm: the one that runs us, else the one on the PATH.
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
function npm(args) {
  const script = process.env.npm_execpath;
  if (script !== undefined && /npm-cli\.c?js$/.test(script) && fs.existsSync(script)) {
    return [process.execPath, [script, ...args]];
  }
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args];
}

/**
 * @param {string | undefined} log
 * @returns {(text: string | Buffer) => void}
 */
function openLog(log) {
  if (log === undefined) {
    return () => undefined;
  }
  fs.mkdirSync(path.dirname(log), { recursive: true });
  return (text) => {
    fs.appendFileSync(log, text);
  };
}

module.exports = { capture, npm, passThrough, stopRunning };
