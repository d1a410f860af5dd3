/** @file Opens a mixture that is larger than its memory shall be, continues a text, and says on one line of JSON how long it took and what it held. */
'use strict';

const fs = require('fs');
const { models } = require('@switchyard/kernel-lib');

async function main([place, cacheBytes, tokens]) {
  let start = performance.now();
  const model = await models.open(place, { experts: 'lazy', expertCache: { bytes: Number(cacheBytes) } });
  const opening = (performance.now() - start) / 1000;
  start = performance.now();
  let first = null;
  const onToken = () => (first ??= (performance.now() - start) / 1000);
  await model.generate('the router', { maxNewTokens: Number(tokens), ignoreEnd: true, onToken });
  const seconds = (performance.now() - start) / 1000;
  const { fileBytes, expertCache } = model.card;
  const answer = { opening, first, token: (seconds - first) / (tokens - 1), fileBytes, expertCache, peakBytes: peak() };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

/** Most memory that the process has held; its files in the system's cache do not count. */
function peak() {
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]);
}

void main(process.argv.slice(2));
