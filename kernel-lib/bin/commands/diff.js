'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const { readNotebook } = require('../notebooks/notebook');
const { plainForms } = require('../notebooks/plain');
const { Problem } = require('../support/problem');
const { passThrough } = require('../support/process');
const { venvEnvironment } = require('../support/project');

const NOT_FOUND = 127;

/**
 * `switchyard diff OLD NEW`, further words go to nbdime
 *
 * nbdime takes two outputs whose data differ for two different outputs, and prints both whole. So it gets copies that have
 * the text of our outputs only. Details are the numbers of cells, which a parameter shifts.
 * @type {import('./index').Command}
 */
async function diff(project, words) {
  const [old, now, ...rest] = words;
  if (old === undefined || now === undefined || [old, now].some((word) => word.startsWith('-'))) {
    throw new Problem('usage: switchyard diff OLD NEW [words for nbdiff]', { code: 2 });
  }
  const notebooks = [old, now].map((file) => plainForms(readNotebook(file)));
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'switchyard-'));
  try {
    const names = [`old/${path.basename(old)}`, `new/${path.basename(now)}`];
    names.forEach((name, i) => {
      fs.mkdirSync(path.dirname(path.join(place, name)));
      fs.writeFileSync(path.join(place, name), JSON.stringify(notebooks[i]));
    });
    const options = ['--ignore-details', ...rest];
    const code = await passThrough('nbdiff', [...options, ...names], { cwd: place, env: venvEnvironment(project) });
    if (code === NOT_FOUND) {
      throw new Problem('nbdime is missing: `pip install nbdime` into .venv or beside it, and run this again.');
    }
    return code;
  } finally {
    fs.rmSync(place, { recursive: true, force: true });
  }
}

module.exports = { diff };
