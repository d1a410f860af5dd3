'use strict';

const { Problem, diskFull } = require('./problem');

/** @typedef {'npm' | 'pip' | 'compiler' | 'build' | 'apt'} Tool - `pip` stands for all that runs in Python. */

/** What a tool prints, and the sentence for it. The first that fits is taken. */
const CAUSES = /** @type {const} */ ([
  {
    tool: 'npm',
    pattern: /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET|ERR_SOCKET_TIMEOUT|EHOSTUNREACH|\b50[234]\b/,
    sentence: 'The npm registry does not answer: check the network and `npm config get registry`, then run this again.'
  },
  {
    tool: 'pip',
    pattern:
      /NewConnectionError|Timeout(Error)?\b|Max retries|name resolution|Connection refused|ProxyError|\b50[234] (Server|Bad|Service|Gateway)/,
    sentence: 'The Python package index does not answer: check the network and `pip config list`, then run this again.'
  },
  {
    tool: 'apt',
    pattern: /Temporary failure|Could not resolve|Could not connect|Failed to fetch/,
    sentence: 'The package archive of this system does not answer: check the network, then run this again.'
  }
]);

/**
 * Turns what a failed program printed into one sentence.
 * @param {Tool} tool
 * @param {string} what - What was tried, as a clause: "installing the Node packages".
 * @param {import('./process').Outcome} outcome
 * @param {{ log: string, root: string }} places
 * @returns {Problem}
 */
function explain(tool, what, { output }, { log, root }) {
  if (/ENOSPC|No space left on device|disk quota exceeded/i.test(output)) {
    return diskFull(root);
  }
  const cause = CAUSES.find((entry) => entry.tool === tool && entry.pattern.test(output));
  return new Problem(cause?.sentence ?? `${what} failed: ${keyLine(tool, output)}`, { log });
}

/**
 * The line that says most. Python programs name the cause last, the others first.
 * @param {Tool} tool
 * @param {string} output
 * @returns {string}
 */
function keyLine(tool, output) {
  const noise = /complete log|^npm error( code .*)?$/;
  const lines = output.split('\n').map((text) => text.trim());
  const said = lines.filter((text) => text !== '' && !noise.test(text));
  const errors = said.filter((text) => /error/i.test(text));
  return (tool === 'pip' ? errors.at(-1) : errors[0]) ?? said.at(-1) ?? 'it said nothing.';
}

module.exports = { explain };
