'use strict';

const fs = require('fs');
const path = require('path');

const ROOT = path.join(__dirname, '../../..');
const FOLDER = '.venv/share/jupyter/lab/themes/@jupyterlab';
const LIGHT = new Map([
  ['light', true],
  ['dark', false],
  ['dark-high-contrast', false]
]);
const THEMES = [...LIGHT.keys()];

/** A theme of the installed JupyterLab: its CSS variables, and whether it is a light one. */
function readTheme(name) {
  const file = path.join(ROOT, FOLDER, `theme-${name}-extension`, 'index.css');
  if (!fs.existsSync(file)) {
    throw new Error(`gallery: needs the themes of an installed JupyterLab (npm run setup); found no ${file}`);
  }
  return { css: fs.readFileSync(file, 'utf8'), light: LIGHT.get(name) };
}

module.exports = { readTheme, THEMES };
