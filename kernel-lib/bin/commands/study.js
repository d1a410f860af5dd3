'use strict';

const fs = require('fs');
const path = require('path');
const childProcess = require('child_process');
const { Problem } = require('../support/problem');
const { printable } = require('../support/printable');
const { venvProgram } = require('../support/project');

const USAGE = `usage: switchyard study show [NAME] [-s DATABASE]
       switchyard study export NAME [-s DATABASE] [-o FILE]
       switchyard study resume SCRIPT

show lists the studies of a database, or the trials of one; export writes one as JSON; resume runs the script that
began a study: under its name it goes on with it. DATABASE is a file or a URL, studies.db where none is given.`;

/**
 * `switchyard study show|export|resume`
 * @type {import('./index').Command}
 */
async function study(project, [action, ...words]) {
  if (action === 'resume' && words.length === 1) {
    return resume(words[0]);
  }
  if (action !== 'show' && action !== 'export') {
    throw new Problem(USAGE, { code: 2 });
  }
  const { name, storage, out } = parse(words);
  if (name === null) {
    if (action === 'export') {
      throw new Problem(USAGE, { code: 2 });
    }
    const { names } = ask(project, storage, 'list', '');
    console.log(names.length === 0 ? 'There is no study.' : names.map(printable).join('\n'));
    return 0;
  }
  const found = ask(project, storage, 'read', name);
  if (found.missing) {
    const there = found.names.length === 0 ? 'none' : found.names.map(printable).join(', ');
    throw new Problem(`There is no study "${printable(name)}" (there: ${there}).`);
  }
  const text = action === 'export' ? `${JSON.stringify({ name, ...found }, null, 1)}\n` : table(found);
  if (out === null) {
    process.stdout.write(text);
  } else {
    fs.writeFileSync(out, text);
  }
  return 0;
}

/**
 * @param {string} script
 * @returns {number}
 */
function resume(script) {
  if (!fs.existsSync(script)) {
    throw new Problem(`There is no file ${printable(script)}.`);
  }
  const { status } = childProcess.spawnSync(process.execPath, [script], { stdio: 'inherit' });
  return status ?? 1;
}

/**
 * @param {string[]} words
 * @returns {{ name: string | null, storage: string, out: string | null }}
 */
function parse(words) {
  const parsed = {
    name: /** @type {string | null} */ (null),
    storage: 'studies.db',
    out: /** @type {string | null} */ (null)
  };
  for (let i = 0; i < words.length; i++) {
    if ((words[i] === '-s' || words[i] === '-o') && words[i + 1] !== undefined) {
      parsed[words[i] === '-s' ? 'storage' : 'out'] = words[++i];
    } else if (words[i].startsWith('-') || parsed.name !== null) {
      throw new Problem(USAGE, { code: 2 });
    } else {
      parsed.name = words[i];
    }
  }
  return parsed;
}

/**
 * Asks the Python program that holds studies, and changes nothing.
 * @param {import('../support/project').Project} project
 * @param {string} storage
 * @param {'list' | 'read'} mode
 * @param {string} name
 * @returns {any}
 */
function ask(project, storage, mode, name) {
  const isFile = !storage.includes('://');
  if (isFile && !fs.existsSync(storage)) {
    throw new Problem(`There is no database ${printable(storage)}: -s names another.`);
  }
  const url = isFile ? `sqlite:///${path.resolve(storage)}` : storage;
  const request = { id: 0, method: 'open', parameters: { url, name, directions: [], record: null, mode } };
  const program = path.join(project.library, 'python', 'studies.py');
  const words = ['-I', '-X', 'utf8', program];
  const { stdout, stderr, error } = childProcess.spawnSync(venvProgram(project, 'python'), words, {
    input: `${JSON.stringify(request)}\n`,
    encoding: 'utf8',
    maxBuffer: 2 ** 30
  });
  const answer = (stdout ?? '').split('\n')[1];
  if (!answer) {
    throw new Problem(`The studies could not be read: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
  }
  const { result, error: said } = JSON.parse(answer);
  if (said !== undefined) {
    throw new Problem(`The studies could not be read: ${said}`);
  }
  return result;
}

/**
 * @param {{ trials: any[], directions: string[], record: any }} study
 * @returns {string}
 */
function table({ trials, directions, record }) {
  const goals = directions.map((better, i) => `${record?.objectives[i]?.name ?? 'value'} (${better} is better)`);
  const counts = ['complete', 'pruned', 'failed', 'running']
    .map((state) => [state, trials.filter((trial) => trial.state === state).length])
    .filter(([, count]) => count !== 0)
    .map(([state, count]) => `${count} ${state}`);
  const rows = trials.map(({ number, state, values, point, attributes }) => {
    const measured = (values ?? goals.map(() => null)).map((/** @type {number | null} */ value) => value ?? '-');
    const tried = Object.entries(point).map(([label, value]) => `${label}=${value}`);
    const why = attributes?.error ?? attributes?.dropped;
    return [number, state, ...measured, tried.join(' '), why ? printable(why) : ''].join('\t').trimEnd();
  });
  return [
    `${trials.length} trials: ${counts.join(', ') || 'none'}`,
    ['trial', 'state', ...goals, 'candidate'].join('\t'),
    ...rows,
    ''
  ].join('\n');
}

module.exports = { study };
