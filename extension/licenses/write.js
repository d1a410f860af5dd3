/**
 * @file Writes the licences of all that the built extension contains beside it, and takes the source maps, which name that, away. The
 * builder's own list has no package whose modules it joined into one, and no text where a package has no file for it.
 */
'use strict';

const fs = require('fs');
const path = require('path');

const ROOT = path.resolve(__dirname, '..', '..');
const OUTPUT = path.join(ROOT, 'extension', 'jupyterlab_switchyard', 'labextension', 'static');
const OURS = new Set(['jupyterlab-switchyard', '@switchyard/kernel-lib']);
const MIT = fs.readFileSync(path.join(__dirname, 'MIT.txt'), 'utf8');

/** The folders of the packages that a source map names. */
function packageFolders(map) {
  const { sources } = JSON.parse(fs.readFileSync(map, 'utf8'));
  return sources.flatMap((source) => {
    const [, folder] =
      /^[^?]*?((?:node_modules\/(?:@[^/]+\/)?[^/]+\/)+)/.exec(source.replace(/^.*?(?=node_modules\/)/, '')) ?? [];
    return folder === undefined ? [] : [path.join(ROOT, folder)];
  });
}

function described(folder) {
  const { name, version, license, author } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return { name, versionInfo: version, licenseId: license, extractedText: textOf(folder, { name, license, author }) };
}

function textOf(folder, { name, license, author }) {
  const names = fs.readdirSync(folder);
  const file = names.find(
    (each) => /^(licen[cs]e|copying)/i.test(each) && fs.statSync(path.join(folder, each)).isFile()
  );
  if (file !== undefined) {
    return fs.readFileSync(path.join(folder, file), 'utf8');
  }
  const readme = names.find((each) => /^readme/i.test(each));
  const [section] =
    /^#+ *licen[cs]e[^]*permission is hereby granted[^]*/im.exec(fs.readFileSync(path.join(folder, readme), 'utf8')) ??
    [];
  if (section !== undefined) {
    return section;
  }
  const holder = typeof author === 'string' ? author : author?.name;
  if (license !== 'MIT' || holder === undefined) {
    throw new Error(`licences: ${name} has no text of its licence (${license}): find it, and say here where it is`);
  }
  return MIT.replace('HOLDER', holder);
}

const files = fs.readdirSync(OUTPUT);
const maps = files.filter((file) => file.endsWith('.map')).map((file) => path.join(OUTPUT, file));
if (maps.length === 0) {
  throw new Error(`licences: ${OUTPUT} has no source map: build with --source-map=True`);
}
const all = [...new Set(maps.flatMap(packageFolders))].map(described).filter(({ name }) => !OURS.has(name));
// A package may lie in several places.
const packages = [...new Map(all.map((each) => [`${each.name} ${each.versionInfo}`, each])).values()];
packages.sort((a, b) => (a.name < b.name ? -1 : 1));
fs.writeFileSync(path.join(OUTPUT, 'third-party-licenses.json'), `${JSON.stringify({ packages }, null, 2)}\n`);
maps.forEach((map) => fs.rmSync(map));
for (const file of files.filter((each) => each.endsWith('.js'))) {
  const text = fs.readFileSync(path.join(OUTPUT, file), 'utf8');
  fs.writeFileSync(path.join(OUTPUT, file), text.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'));
}
