/**
 * `node test/ui/gallery/shoot.js`: pictures of every tab for every example payload, light and dark, without JupyterLab.
 *
 *   --payload NAME   an example of test/support/payloads, or a size like 48x128 (layers x experts); may be repeated
 *   --only TAB       one tab, by its label
 *   --theme NAME     light, dark or dark-high-contrast; may be repeated; light and dark unless told otherwise
 *   --scheme NAME    the colours, as in the settings
 *   --width PIXELS   of the page, 460 unless told otherwise
 *   --view JSON      what the reader looks at, for example '{"layer":2,"expert":5}'
 *   --out FOLDER     test-results/gallery unless told otherwise
 */
'use strict';

const path = require('path');
const { parseArgs } = require('util');
const { Gallery } = require('./open');
const { EXAMPLES, payload } = require('./payloads');

const ROOT = path.join(__dirname, '../../..');

function readOptions() {
  const text = { type: 'string' };
  const list = { type: 'string', multiple: true };
  const { values } = parseArgs({
    options: { payload: list, theme: list, scheme: text, only: text, width: text, view: text, out: text }
  });
  return {
    payloads: values.payload ?? EXAMPLES,
    themes: values.theme ?? ['light', 'dark'],
    scheme: values.scheme,
    only: values.only?.toLowerCase(),
    width: Number(values.width ?? 460),
    view: JSON.parse(values.view ?? '{}'),
    out: path.resolve(values.out ?? path.join(ROOT, 'test-results/gallery'))
  };
}

async function shoot(gallery, name, { themes, only, view, out }) {
  await gallery.mount([await payload(name)], view);
  for (const tab of await gallery.tabs()) {
    if (only !== undefined && tab.toLowerCase() !== only) {
      continue;
    }
    for (const theme of themes) {
      await gallery.wear(theme);
      await gallery.select(tab);
      const file = path.join(out, `${name}-${tab.toLowerCase().replace(/\W+/g, '-')}-${theme}.png`);
      await gallery.picture(file);
      console.log(path.relative(process.cwd(), file));
    }
  }
}

async function main() {
  const options = readOptions();
  const gallery = await Gallery.open({ width: options.width });
  try {
    if (options.scheme !== undefined) {
      await gallery.colour(options.scheme);
    }
    for (const name of options.payloads) {
      await shoot(gallery, name, options);
    }
  } finally {
    await gallery.close();
  }
  for (const error of gallery.errors) {
    console.error(`on the page: ${error}`);
    process.exitCode = 1;
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
