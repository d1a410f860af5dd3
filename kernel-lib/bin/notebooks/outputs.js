'use strict';

const { hasRecordsText, MIME_TYPE: ENVIRONMENT, recordIn } = require('./environment');
const { isEarlier, withoutLater } = require('./later');
const { joined } = require('./notebook');
const { compareText } = require('./texts');
const { isTimed, isTimedByRow, untimed } = require('./untimed');
const { compareData } = require('./values');

/**
 * @typedef {import('./notebook').Output} Output
 * @typedef {import('./rules').Rules & { leftOut?: import('./leftOut').LeftOut }} Rules
 * @typedef {import('./values').Difference} Difference
 */

const PAYLOAD = 'application/vnd.switchyard.v1+json';
// Begin of the names of such scalars, as in the library's protocol.
const OF_THE_MACHINE = 'machine/';
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
  const [a, b] = [saved, now].map((outputs) => outputs.filter((output) => output.output_type !== 'stream'));
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
  if ([saved, now].some((output) => payloadOf(output)?.ofMachine)) {
    rules.leftOut?.machine();
  }
  const without = leftOutOf([saved, now], rules);
  if ([saved, now].some((output) => isTimed(dataOf(output)[PAYLOAD]?.data))) {
    rules.leftOut?.times();
  }
  const a = forms(saved, without);
  const b = asEarly(a, forms(now, without), [saved, now], rules);
  const types = Object.keys({ ...a, ...b });
  return types.flatMap((type) => {
    const at = types.length === 1 ? where : `${where}, ${type}`;
    const texts = [a[type], b[type]].every((form) => typeof form === 'string');
    return texts ? compareText(String(a[type]), String(b[type]), rules, at) : compareData(a[type], b[type], rules, at);
  });
}

/**
 * The second forms without what versions of payloads later than that of the first have added, which is counted.
 * @param {Record<string, unknown>} a
 * @param {Record<string, unknown>} b
 * @param {[Output, Output]} outputs
 * @param {Rules} rules
 * @returns {Record<string, unknown>}
 */
function asEarly(a, b, [saved, now], { leftOut }) {
  const kind = payloadOf(now)?.kind;
  if (kind === undefined || !isEarlier(dataOf(saved)[PAYLOAD], dataOf(now)[PAYLOAD])) {
    return b;
  }
  const early = withoutLater(a[kind], b[kind]);
  if (JSON.stringify(early) !== JSON.stringify(b[kind])) {
    leftOut?.later();
  }
  return { ...b, [kind]: early };
}

/**
 * The MIME types of two outputs that are not compared, but counted: pictures of a payload, which is, tables of its measured times, and whole environment records, which are
 * compared as such, with the text that the library makes of them.
 * @param {Output[]} outputs
 * @param {Rules} rules
 * @returns {string[]}
 */
function leftOutOf(outputs, { leftOut }) {
  if (outputs.every((output) => recordIn(output) !== null)) {
    leftOut?.record();
    return [ENVIRONMENT, ...(outputs.every(hasRecordsText) ? ['text/plain'] : [])];
  }
  const table = outputs.every((output) => isTimedByRow(dataOf(output)[PAYLOAD]?.data)) ? ['text/plain'] : [];
  if (outputs.every((output) => payloadOf(output) !== null && isText(dataOf(output)[PICTURE]))) {
    leftOut?.picture();
    return [PICTURE, ...table];
  }
  return table;
}

/**
 * What of an output is compared, by MIME type: of a payload what it shows, less which run it was and when. Every other form is
 * compared as it is.
 * @param {Output} output
 * @param {string[]} [without] - Types that are left out.
 * @returns {Record<string, unknown>}
 */
function forms(output, without = []) {
  if (output.output_type === 'error') {
    return { error: `${String(output.ename)}: ${String(output.evalue)}` };
  }
  const payload = payloadOf(output);
  const { [PAYLOAD]: _own, ...others } = dataOf(output);
  const rest = payload === null ? dataOf(output) : others;
  const compared = Object.entries(rest).filter(([type]) => !without.includes(type));
  const texts = compared.map(([type, form]) => [type, isText(form) && !type.endsWith('json') ? joined(form) : form]);
  return { ...(payload === null ? {} : { [payload.kind]: payload.shown }), ...Object.fromEntries(texts) };
}

/**
 * The part of a payload that is compared; null where the output has none of the shape that ours have.
 * @param {Output} output
 * @returns {{ kind: string, shown: unknown, ofMachine: boolean } | null}
 */
function payloadOf(output) {
  const { kind, source, data } = dataOf(output)[PAYLOAD] ?? {};
  if (typeof kind !== 'string' || typeof source !== 'object' || source === null) {
    return null;
  }
  const { step, totalSteps, status } = source;
  const compared = withoutMachine(data);
  return { kind, shown: { step, totalSteps, status, data: untimed(compared) }, ofMachine: compared !== data };
}

/**
 * The data of a run without the scalars that are of the machine and its load: no two runs have the same.
 * @param {any} data
 * @returns {any}
 */
function withoutMachine(data) {
  const history = data?.history ?? data;
  if (typeof history?.scalars !== 'object' || history.scalars === null) {
    return data;
  }
  const named = Object.entries(history.scalars).filter(([name]) => !name.startsWith(OF_THE_MACHINE));
  if (named.length === Object.keys(history.scalars).length) {
    return data;
  }
  const repeated = { ...history, scalars: Object.fromEntries(named) };
  return history === data ? repeated : { ...data, history: repeated };
}

/**
 * Text is saved as a string or a list of lines.
 * @param {unknown} form
 * @returns {boolean}
 */
function isText(form) {
  return typeof form === 'string' || (Array.isArray(form) && form.every((line) => typeof line === 'string'));
}

/**
 * @param {Output} output
 * @returns {Record<string, any>}
 */
function dataOf(output) {
  return /** @type {Record<string, any>} */ (output.data ?? {});
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
