'use strict';

const { examine } = require('../doctor/checks');
const { line } = require('../support/lines');
const { Problem } = require('../support/problem');

/**
 * `switchyard doctor [--json]`
 * @type {import('./index').Command}
 */
async function doctor(project, words) {
  if (words.some((word) => word !== '--json')) {
    throw new Problem(`doctor knows --json, not "${words.join(' ')}".`, { code: 2 });
  }
  const findings = await examine(project);
  const ok = findings.every(({ status }) => status !== 'failed');
  if (words.includes('--json')) {
    console.log(JSON.stringify({ ok, findings }, null, 2));
    return ok ? 0 : 1;
  }
  for (const { name, status, value, mend } of findings) {
    console.log(line(status, name, mend === undefined ? value : `${value}. To mend it: ${mend}`));
  }
  return ok ? 0 : 1;
}

module.exports = { doctor };
