'use strict';

const path = require('path');

/** @typedef {import('@tslab/typescript-for-tslab')} TypeScript */

/**
 * The compiler that runs the cells, wherever npm has put it.
 * @returns {TypeScript}
 */
function loadTypeScript() {
  const tslab = path.dirname(require.resolve('tslab/package.json'));
  return require(require.resolve('@tslab/typescript-for-tslab', { paths: [tslab] }));
}

module.exports = { loadTypeScript };
