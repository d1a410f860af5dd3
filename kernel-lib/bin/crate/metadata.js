'use strict';

const { sourceOf } = require('../notebooks/notebook');
const {
  application,
  checkpointEntity,
  dataEntity,
  environmentEntity,
  fileEntity,
  licenseEntity,
  notebookEntity,
  reference,
  references
} = require('./entities');

/**
 * @typedef {import('./contents').Contents} Contents
 * @typedef {import('./entities').Entity} Entity
 */

const SPECIFICATION = 'https://w3id.org/ro/crate/1.3';

/**
 * The metadata of a crate, as RO-Crate 1.3 has it (https://w3id.org/ro/crate/1.3): a run of the notebook (CreateAction)
 * that software made from data, and the files that came of it, each with its sha256.
 * @param {Contents} contents
 * @param {import('../notebooks/notebook').Notebook} notebook
 * @param {{ license: string | null, published: Date }} options
 * @returns {{ '@context': string, '@graph': Entity[] }}
 */
function crateMetadata(contents, notebook, { license, published }) {
  const { record, checkpoints } = contents;
  const software = Object.entries(record.versions).flatMap(([name, version]) =>
    version === null ? [] : [application(name, version)]
  );
  const data = Object.entries(record.data).map(([name, sha256]) => dataEntity(name, sha256));
  const folders = checkpoints.map(checkpointEntity);
  const files = [notebookEntity(contents), environmentEntity(contents)];
  const terms = licenseEntity(license);
  const run = {
    '@id': '#run',
    '@type': 'CreateAction',
    name: `Run of ${contents.notebook.path}`,
    description: `On ${record.platform}, ${record.processor}; ${record.device}, ${String(record.threads)} threads.`,
    instrument: references(software),
    object: references(data),
    result: references([...files, ...folders])
  };
  const root = {
    '@id': './',
    '@type': 'Dataset',
    ...described(notebook, contents.notebook.path),
    datePublished: published.toISOString(),
    license: reference(terms),
    hasPart: references([...files, ...folders]),
    mainEntity: reference(files[0]),
    mentions: references([run, ...data])
  };
  const tensors = checkpoints.flatMap(({ files: parts }) => parts.map(fileEntity));
  const entities = [...files, ...folders, ...tensors, ...data, ...software, run, terms];
  return { '@context': `${SPECIFICATION}/context`, '@graph': [descriptor(), root, ...entities] };
}

/** @returns {Entity} */
function descriptor() {
  return {
    '@id': 'ro-crate-metadata.json',
    '@type': 'CreativeWork',
    conformsTo: { '@id': SPECIFICATION },
    about: { '@id': './' }
  };
}

/**
 * Name and description, from the notebook's first heading and the paragraph after it.
 * @param {import('../notebooks/notebook').Notebook} notebook
 * @param {string} file
 * @returns {{ name: string, description: string }}
 */
function described({ cells }, file) {
  const [text = ''] = cells.filter((cell) => cell.cell_type === 'markdown').map(sourceOf);
  const [first = '', ...rest] = text.trim().split(/\n\s*\n/);
  const heading = /^#+\s+(.*)$/m.exec(first)?.[1];
  const paragraph = (heading === undefined ? [first] : rest).find((part) => part.trim() !== '');
  const description = paragraph?.replaceAll('\n', ' ').trim();
  return { name: heading ?? file, description: description ?? `The notebook ${file}, run, with what it depends on.` };
}

module.exports = { crateMetadata };
