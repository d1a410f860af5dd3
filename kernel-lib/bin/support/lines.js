'use strict';

const { printable } = require('./printable');

const MARKS = /** @type {const} */ ({ ok: '✓', failed: '✗', note: '•', running: '…' });
const COLORS = /** @type {const} */ ({ ok: 32, failed: 31, note: 33, running: 36 });

/**
 * One line of a report: a mark, a title, and what there is to say.
 * @param {keyof typeof MARKS} mark
 * @param {string} title
 * @param {string} [detail]
 * @returns {string}
 */
function line(mark, title, detail = '') {
  // Names of files are anybody's.
  const [shown, said] = [printable(title), printable(detail)];
  const sign = useColor() ? `\u001b[${String(COLORS[mark])}m${MARKS[mark]}\u001b[0m` : MARKS[mark];
  return `${sign} ${shown.padEnd(28)} ${said}`.trimEnd();
}

/**
 * Shows a line that goes away when the returned function is called; nothing where there is no terminal.
 * @param {string} title
 * @returns {() => void}
 */
function showRunning(title) {
  if (!process.stdout.isTTY) {
    return () => undefined;
  }
  const start = Date.now();
  const draw = () => process.stdout.write(`\r${line('running', title, seconds(Date.now() - start))}\u001b[K`);
  draw();
  const timer = setInterval(draw, 1000);
  return () => {
    clearInterval(timer);
    process.stdout.write('\r\u001b[K');
  };
}

/**
 * @param {number} milliseconds
 * @returns {string}
 */
function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** @returns {boolean} */
function useColor() {
  return process.stdout.isTTY && !process.env.NO_COLOR;
}

module.exports = { line, seconds, showRunning };
