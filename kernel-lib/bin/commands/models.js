'use strict';

const fs = require('fs');
const { addModel, MODELS, modelFile } = require('../setup/models');
const { Problem } = require('../support/problem');

/**
 * `switchyard models add NAME ...` fetches, `switchyard models list` says which there are.
 * @type {import('./index').Command}
 */
async function models(project, [action, ...names]) {
  if (action === 'list' && names.length === 0) {
    for (const [name, { title }] of Object.entries(MODELS)) {
      console.log(`${name.padEnd(12)}${fs.existsSync(modelFile(project, name)) ? 'here   ' : 'not yet'}  ${title}`);
    }
    return 0;
  }
  if (action !== 'add' || names.length === 0) {
    throw new Problem('usage: switchyard models list, or switchyard models add NAME ...', { code: 2 });
  }
  const unknown = names.find((name) => !Object.hasOwn(MODELS, name));
  if (unknown !== undefined) {
    throw new Problem(`There is no model "${unknown}": \`switchyard models list\` says which there are.`, { code: 2 });
  }
  for (const name of names) {
    const { file, fetched } = await addModel(project, name);
    console.log(`${name}: ${fetched ? 'fetched, its hash is right' : 'already here'} (${file})`);
  }
  return 0;
}

module.exports = { models };
