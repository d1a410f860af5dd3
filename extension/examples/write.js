/** @file Puts the shipped notebooks into the built extension, so that who installed it without the clone can open them. */
'use strict';

const fs = require('fs');
const path = require('path');

const ROOT = path.resolve(__dirname, '..', '..');
const SOURCE = path.join(ROOT, 'notebooks');
const OUTPUT = path.join(ROOT, 'extension', 'jupyterlab_switchyard', 'labextension', 'examples');

/** The heading that a notebook begins with. */
function titleOf(file) {
  const { cells } = JSON.parse(fs.readFileSync(path.join(SOURCE, file), 'utf8'));
  const text = [cells[0].source].flat().join('');
  const [, title] = /^# (.+)$/m.exec(text) ?? [];
  if (title === undefined) {
    throw new Error(`examples: ${file} does not begin with a heading`);
  }
  return title;
}

const files = fs.readdirSync(SOURCE).filter((file) => file.endsWith('.ipynb'));
// What a newcomer opens first comes first.
const order = ['quickstart.ipynb', 'first-steps.ipynb', ...files];
const examples = [...new Set(order)].map((file) => ({ file, title: titleOf(file) }));
fs.rmSync(OUTPUT, { recursive: true, force: true });
fs.mkdirSync(OUTPUT);
files.forEach((file) => fs.copyFileSync(path.join(SOURCE, file), path.join(OUTPUT, file)));
fs.writeFileSync(path.join(OUTPUT, 'index.json'), `${JSON.stringify(examples, null, 2)}\n`);
