'use strict';

const path = require('path');
const { hasTag, joined, newCodeCell, sourceOf } = require('./notebook');

/**
 * @typedef {import('./notebook').Notebook} Notebook
 * @typedef {import('./notebook').Output} Output
 *
 * What is used of the library's `EnvironmentRecord`.
 * @typedef {object} EnvironmentRecord
 * @property {Record<string, string | null>} versions
 * @property {string} platform
 * @property {string} processor
 * @property {string} device
 * @property {number} threads
 * @property {string | null} lockfile
 * @property {{ commit: string, clean: boolean } | null} git - Said, not compared.
 * @property {Record<string, number>} seeds
 * @property {Record<string, string>} data
 * @property {Record<string, string>} [packages] - Missing in older records.
 */

/** As `ENVIRONMENT_MIME_TYPE` of the library. */
const MIME_TYPE = 'application/vnd.switchyard.environment.v1+json';
const TAG = 'switchyard-environment';
const TEXT = path.resolve(__dirname, '..', '..', 'dist', 'environment', 'text');
const LIBRARY = '@switchyard/kernel-lib';
const CELL = `import { show } from '${LIBRARY}';\nshow.environment();`;

/**
 * Adds a last cell that records the environment, to a notebook that uses the library and has none.
 * @param {Notebook} notebook
 * @returns {Notebook}
 */
function withRecord(notebook) {
  const code = notebook.cells.filter((cell) => cell.cell_type === 'code');
  const uses = code.some((cell) => sourceOf(cell).includes(LIBRARY));
  const has = code.some((cell) => hasTag(cell, TAG) || /\bshow\s*\.\s*environment\s*\(/.test(sourceOf(cell)));
  return has || !uses ? notebook : { ...notebook, cells: [...notebook.cells, newCodeCell(notebook, TAG, CELL)] };
}

/**
 * @param {Output} output
 * @returns {EnvironmentRecord | null} Null where it is another output.
 */
function recordIn(output) {
  const record = /** @type {Record<string, any> | undefined} */ (output.data)?.[MIME_TYPE];
  return isWhole(record) ? record : null;
}

/**
 * Whether the text of an output with a record is the one that the library makes of it.
 * @param {Output} output
 * @returns {boolean}
 */
function hasRecordsText(output) {
  const record = recordIn(output);
  const { 'text/plain': text = '' } = /** @type {Record<string, unknown>} */ (output.data);
  return record !== null && inOrder(joined(text)) === inOrder(textOf(record));
}

/**
 * A record's text with the names of each line in one order: nbformat sorts those of the record.
 * @param {string} text
 * @returns {string}
 */
function inOrder(text) {
  const [heading, names] = [/^.{10}/, /, /];
  return text
    .split('\n')
    .map((line) => `${heading.exec(line)?.[0] ?? ''}${line.replace(heading, '').split(names).sort().join(', ')}`)
    .join('\n');
}

/**
 * @param {any} record
 * @returns {record is EnvironmentRecord}
 */
function isWhole(record) {
  const { versions, platform, processor, device, threads, lockfile, git, seeds, data, packages = {} } = record ?? {};
  const named = (/** @type {unknown} */ value, /** @type {string[]} */ ...types) =>
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((item) => types.includes(item === null ? 'null' : typeof item));
  return (
    [platform, processor, device].every((text) => typeof text === 'string') &&
    typeof threads === 'number' &&
    (lockfile === null || typeof lockfile === 'string') &&
    (git === null || (typeof git?.commit === 'string' && typeof git.clean === 'boolean')) &&
    named(versions, 'string', 'null') &&
    named(seeds, 'number') &&
    [data, packages].every((hashes) => named(hashes, 'string'))
  );
}

/**
 * @param {EnvironmentRecord} record
 * @returns {string}
 */
function textOf(record) {
  // Of the built library, without which no notebook runs.
  const { environmentText } = /** @type {{ environmentText(record: object): string }} */ (require(TEXT));
  return environmentText({ packages: {}, ...record });
}

/**
 * The last environment record that a notebook shows; null where it shows none.
 * @param {Notebook} notebook
 * @returns {EnvironmentRecord | null}
 */
function findRecord(notebook) {
  const records = notebook.cells.flatMap((cell) => (cell.outputs ?? []).map(recordIn));
  return records.filter((record) => record !== null).at(-1) ?? null;
}

/**
 * True where the same numbers are due, bit for bit: same versions, machine, device and threads.
 * @param {EnvironmentRecord | null} saved
 * @param {EnvironmentRecord | null} now
 * @returns {boolean}
 */
function sameMachine(saved, now) {
  return saved !== null && now !== null && differences(machine(saved), machine(now)).length === 0;
}

/**
 * What of the environment is not as it was when the notebook was saved, a line each.
 * @param {EnvironmentRecord | null} saved
 * @param {EnvironmentRecord | null} now
 * @returns {string[]}
 */
function environmentChanges(saved, now) {
  if (saved === null || now === null) {
    return [];
  }
  return differences({ ...machine(saved), ...sources(saved) }, { ...machine(now), ...sources(now) });
}

/**
 * @param {EnvironmentRecord} record
 * @returns {Record<string, string>}
 */
function machine({ versions, platform, processor, device, threads }) {
  const named = Object.entries(versions).map(([name, version]) => [name, version ?? 'missing']);
  return { ...Object.fromEntries(named), platform, processor, device, threads: String(threads) };
}

/**
 * @param {EnvironmentRecord} record
 * @returns {Record<string, string>}
 */
function sources({ lockfile, data, seeds, packages = {} }) {
  const hashes = Object.entries(data).map(([name, hash]) => [`data ${name}`, hash]);
  const numbers = Object.entries(seeds).map(([name, seed]) => [`seed ${name}`, String(seed)]);
  const texts = Object.entries(packages).map(([name, version]) => [`text of ${name}`, version]);
  return { ...Object.fromEntries([...hashes, ...texts, ...numbers]), lockfile: lockfile ?? 'none' };
}

/**
 * @param {Record<string, string>} saved
 * @param {Record<string, string>} now
 * @returns {string[]}
 */
function differences(saved, now) {
  const names = Object.keys({ ...saved, ...now }).filter((name) => saved[name] !== now[name]);
  return names.map((name) => `${name}: saved with ${saved[name] ?? 'none'}, now ${now[name] ?? 'none'}`);
}

module.exports = { environmentChanges, findRecord, hasRecordsText, MIME_TYPE, recordIn, sameMachine, withRecord };
