'use strict';

const path = require('path');
const { Problem } = require('../support/problem');
const { setUp } = require('../setup');

/**
 * `switchyard setup [--browser] [--wheel FILE]`
 * @type {import('./index').Command}
 */
async function setup(project, words) {
  const { browser, wheel } = parse(words);
  await setUp(project, { browser, wheel });
  return 0;
}

/**
 * @param {string[]} words
 * @returns {{ browser: boolean, wheel?: string }}
 */
function parse(words) {
  /** @type {{ browser: boolean, wheel?: string }} */
  const options = { browser: false };
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '--browser') {
      options.browser = true;
    } else if (words[i] === '--wheel' && i + 1 < words.length) {
      options.wheel = path.resolve(words[++i]);
    } else {
      throw new Problem(`setup knows --browser and --wheel FILE, not "${words[i]}".`, { code: 2 });
    }
  }
  return options;
}

module.exports = { setup };
