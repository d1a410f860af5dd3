'use strict';

const { recordIn } = require('./environment');
const { joined } = require('./notebook');
const { compareText } = require('./texts');
const { compareData } = require('./values');

/**
 * @typedef {import('./notebook').Output} Output
 * @typedef {import('./rules').Rules} Rules
 * @typedef {import('./values').Difference} Difference
 */

const PAYLOAD = 'application/vnd.switchyard.v1+json';
// Drawn from data that the same output carries.
const PICTURE = 'image/svg+xml';

/**
 * Compares the outputs of one cell. The streams are compared whole, whatever came between their parts.
 * @param {Output[]} saved
 * @param {Output[]} now
 * @param {Rules} rules
 * @returns {Difference[]}
 */
function compareOutputs(saved, now, rules) {
  const streams = ['stdout', 'stderr'].flatMap((name) =>
    compareText(streamText(saved, name), streamText(now, name), rules, name)
  );
  const [a, b] = [saved, now].map((outputs) => outputs.filter((output) => isShown(output)));
  const length = Math.max(a.length, b.length);
  const shown = Array.from({ length }, (_, i) => compareShown(a[i], b[i], rules, `output ${String(i + 1)}`));
  return [...streams, ...shown.flat()];
}

/**
 * @param {Output[]} outputs
 * @param {string} name
 * @returns {string}
 */
function streamText(outputs, name) {
  const parts = outputs.filter((output) => output.output_type === 'stream' && output.name === name);
  return parts.map((output) => joined(output.text)).join('');
}

/**
 * @param {Output} output
 * @returns {boolean}
 */
function isShown(output) {
  return output.output_type !== 'stream' && recordIn(output) === null;
}

/**
 * @param {Output | undefined} saved
 * @param {Output | undefined} now
 * @param {Rules} rules
 * @param {string} where
 * @returns {Difference[]}
 */
function compareShown(saved, now, rules, where) {
  if (saved === undefined || now === undefined) {
    return [
      { where, saved: saved === undefined ? null : summary(saved), now: now === undefined ? null : summary(now) }
    ];
  }
  const [a, b] = [forms(saved), forms(now)];
  const types = Object.keys({ ...a, ...b });
  return types.flatMap((type) => {
    const at = types.length === 1 ? where : `${where}, ${type}`;
    const texts = [a[type], b[type]].every((form) => typeof form === 'string');
    return texts ? compareText(String(a[type]), String(b[type]), rules, at) : compareData(a[type], b[type], rules, at);
  });
}

/**
 * What of an output is compared, by MIME type: of a payload its data alone, from which its other forms are made.
 * @param {Output} output
 * @returns {Record<string, unknown>}
 */
function forms(output) {
  if (output.output_type === 'error') {
    return { error: `${String(output.ename)}: ${String(output.evalue)}` };
  }
  const data = /** @type {Record<string, any>} */ (output.data);
  const payload = data[PAYLOAD];
  if (payload !== undefined) {
    const { step, totalSteps, status } = payload.source;
    return { [payload.kind]: { step, totalSteps, status, data: payload.data } };
  }
  const compared = Object.entries(data).filter(([type]) => type !== PICTURE);
  // Text is saved as a list of lines; data of a JSON type is as it is.
  return Object.fromEntries(compared.map(([type, form]) => [type, type.endsWith('json') ? form : joined(form)]));
}

/**
 * @param {Output} output
 * @returns {string}
 */
function summary(output) {
  const text = Object.values(forms(output)).map((form) => (typeof form === 'string' ? form : JSON.stringify(form)));
  return text.join(' ').split('\n')[0];
}

module.exports = { compareOutputs };
