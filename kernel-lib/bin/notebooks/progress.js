'use strict';

const { line, seconds } = require('../support/lines');
const { printable } = require('../support/printable');

/** How far a notebook is: a bar in a terminal, elsewhere a line for each cell that ends. Goes to standard error. */
class CellProgress {
  /**
   * @param {string} title
   * @param {number} total - Cells that run.
   */
  constructor(title, total) {
    this.title = title;
    this.total = total;
    this.number = 0;
    this.started = Date.now();
    this.bar = process.stderr.isTTY ? makeBar(title) : null;
    this.bar?.start(total, 0, { text: 'starting the kernel' });
  }

  /** @param {number} number - Of the cell that starts, from 1. */
  start(number) {
    this.#close('ok');
    this.number = number;
    this.started = Date.now();
    this.bar?.update(number - 1, { text: `cell ${String(number)} of ${String(this.total)}` });
  }

  /** @param {boolean} succeeded */
  end(succeeded) {
    this.#close(succeeded ? 'ok' : 'failed');
    if (succeeded) {
      this.bar?.update(this.total, { text: 'done' });
    }
    this.stop();
  }

  /** Leaves the terminal as it was. */
  stop() {
    this.bar?.stop();
    this.bar = null;
  }

  /** @param {'ok' | 'failed'} mark */
  #close(mark) {
    if (this.bar === null && this.number > 0) {
      const took = seconds(Date.now() - this.started);
      const text = line(mark, `${this.title}: cell ${String(this.number)} of ${String(this.total)}`, took);
      process.stderr.write(`${text}\n`);
    }
  }
}

/**
 * @param {string} title
 * @returns {import('cli-progress').SingleBar}
 */
function makeBar(title) {
  // Installed with the library; the commands that come before it must not need it.
  const { SingleBar } = /** @type {typeof import('cli-progress')} */ (require('cli-progress'));
  const format = `${printable(title).replaceAll('{', '(')} {bar} {text}, {duration_formatted}`;
  return new SingleBar({ format, stream: process.stderr, hideCursor: true, etaBuffer: 1 });
}

module.exports = { CellProgress };
