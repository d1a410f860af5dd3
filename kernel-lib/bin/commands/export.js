'use strict';

const fs = require('fs');
const path = require('path');
const { parseArgs } = require('util');
const { readContents } = require('../crate/contents');
const { crateMetadata } = require('../crate/metadata');
const { readNotebook } = require('../notebooks/notebook');
const { printable } = require('../support/printable');
const { Problem } = require('../support/problem');

const USAGE = 'usage: switchyard export NOTEBOOK [-o FOLDER] [-c CHECKPOINT ...] [-l LICENSE]';

/**
 * `switchyard export NOTEBOOK [-o FOLDER] [-c CHECKPOINT ...] [-l LICENSE]`
 * @type {import('./index').Command}
 */
async function exportCrate(_project, words) {
  const { file, out, checkpoints, license } = parse(words);
  const notebook = readNotebook(file);
  if (fs.existsSync(out)) {
    throw new Problem(`${out} is there already: delete it, or choose another folder with -o.`, { code: 2 });
  }
  const contents = readContents(file, notebook, checkpoints);
  const metadata = crateMetadata(contents, notebook, { license, published: new Date() });
  writeFolder(out, [
    ...[contents.notebook, contents.environment, ...contents.checkpoints.flatMap(({ files }) => files)],
    { path: 'ro-crate-metadata.json', bytes: `${JSON.stringify(metadata, null, 2)}\n` }
  ]);
  const found = contents.checkpoints.map(({ path: to, step }) => `, the checkpoint ${to} (step ${String(step)})`);
  const left = contents.outside.map(
    (folder) => `  ${folder} is named and lies elsewhere: \`-c ${folder}\` takes it too.`
  );
  const lines = [`${out} is written: ${path.basename(file)}, environment.json${found.join('')}.`, ...left];
  console.log(printable(lines.join('\n')));
  return 0;
}

/**
 * Writes a whole folder or none.
 * @param {string} folder
 * @param {{ path: string, bytes: Buffer | string }[]} files
 */
function writeFolder(folder, files) {
  const part = `${folder}.${String(process.pid)}.part`;
  try {
    for (const { path: to, bytes } of files) {
      fs.mkdirSync(path.dirname(path.join(part, to)), { recursive: true });
      fs.writeFileSync(path.join(part, to), bytes, { flush: true });
    }
    fs.renameSync(part, folder);
  } catch (error) {
    fs.rmSync(part, { recursive: true, force: true });
    throw error;
  }
}

/**
 * @param {string[]} words
 * @returns {{ file: string, out: string, checkpoints: string[], license: string | null }}
 */
function parse(words) {
  const { positionals, values } = parseWords(words);
  if (positionals.length !== 1) {
    throw new Problem(USAGE, { code: 2 });
  }
  const [file] = positionals;
  const { out = `${file.replace(/\.ipynb$/, '')}-crate`, checkpoint = [], license = null } = values;
  return { file, out: out.replace(/[\\/]+$/, ''), checkpoints: checkpoint, license };
}

/** @param {string[]} words */
function parseWords(words) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        out: { type: 'string', short: 'o' },
        checkpoint: { type: 'string', short: 'c', multiple: true },
        license: { type: 'string', short: 'l' }
      }
    });
  } catch (error) {
    throw new Problem(`export: ${/** @type {Error} */ (error).message}`, { code: 2 });
  }
}

module.exports = { exportCrate };
