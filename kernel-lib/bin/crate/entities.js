'use strict';

/**
 * @typedef {import('./contents').Contents} Contents
 * @typedef {import('./contents').CrateFile} CrateFile
 * @typedef {Record<string, unknown> & { '@id': string }} Entity
 */

const HOMES = {
  '@switchyard/kernel-lib': 'https://www.npmjs.com/package/@switchyard/kernel-lib',
  tensorflow: 'https://www.tensorflow.org/',
  '@tensorflow/tfjs': 'https://www.npmjs.com/package/@tensorflow/tfjs',
  tslab: 'https://www.npmjs.com/package/tslab',
  node: 'https://nodejs.org/'
};

/**
 * @param {CrateFile} file
 * @returns {Entity}
 */
function fileEntity({ path, bytes, sha256 }) {
  const encodingFormat = path.endsWith('.json') ? 'application/json' : 'application/octet-stream';
  return {
    '@id': encodeURI(path),
    '@type': 'File',
    name: path,
    encodingFormat,
    contentSize: String(bytes.length),
    sha256
  };
}

/**
 * @param {Contents} contents
 * @returns {Entity}
 */
function notebookEntity({ notebook, record }) {
  return {
    ...fileEntity(notebook),
    '@type': ['File', 'SoftwareSourceCode'],
    description: 'The notebook with the outputs of its run.',
    encodingFormat: 'application/x-ipynb+json',
    programmingLanguage: 'TypeScript',
    ...(record.git === null ? {} : { version: `${record.git.commit}${record.git.clean ? '' : ', with changes'}` })
  };
}

/**
 * @param {Contents} contents
 * @returns {Entity}
 */
function environmentEntity({ environment }) {
  const description = 'What the numbers depend on: versions, machine, device, threads, lockfile, commit, seeds, data.';
  return { ...fileEntity(environment), name: 'Environment record', description };
}

/**
 * @param {Contents['checkpoints'][number]} checkpoint
 * @returns {Entity}
 */
function checkpointEntity({ path, step, files }) {
  return {
    '@id': `${encodeURI(path)}/`,
    '@type': 'Dataset',
    name: `Checkpoint after step ${String(step)}`,
    description: '`train.fit(..., { resume })` goes on from this folder.',
    hasPart: references(files.map(fileEntity))
  };
}

/**
 * @param {string} name
 * @param {string} sha256
 * @returns {Entity}
 */
function dataEntity(name, sha256) {
  const description = 'Read by the run and not part of this crate; the hash says what it was.';
  return { '@id': `#data-${encodeURIComponent(name)}`, '@type': 'CreativeWork', name, description, sha256 };
}

/**
 * @param {string} name
 * @param {string} version
 * @returns {Entity}
 */
function application(name, version) {
  const home = Object.hasOwn(HOMES, name) ? { url: HOMES[/** @type {keyof typeof HOMES} */ (name)] } : {};
  return {
    '@id': `#software-${encodeURIComponent(name)}`,
    '@type': 'SoftwareApplication',
    name,
    version,
    ...home
  };
}

/**
 * @param {string | null} license - A URL, or its name; null for none.
 * @returns {Entity}
 */
function licenseEntity(license) {
  const [id, name, description] =
    license === null
      ? ['#license', 'No license', 'No license is given: ask the author.']
      : [/^https?:\/\//.test(license) ? license : '#license', license, `The license of this crate: ${license}`];
  return { '@id': id, '@type': 'CreativeWork', name, description };
}

/**
 * @param {Entity} entity
 * @returns {{ '@id': string }}
 */
function reference(entity) {
  return { '@id': entity['@id'] };
}

/**
 * References to entities; to a single one, as JSON-LD prefers it, without a list.
 * @param {Entity[]} entities
 * @returns {{ '@id': string } | { '@id': string }[]}
 */
function references(entities) {
  const all = entities.map(reference);
  return all.length === 1 ? all[0] : all;
}

module.exports = {
  application,
  checkpointEntity,
  dataEntity,
  environmentEntity,
  fileEntity,
  licenseEntity,
  notebookEntity,
  reference,
  references
};
