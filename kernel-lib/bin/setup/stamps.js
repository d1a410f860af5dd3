'use strict';

const fs = require('fs');
const path = require('path');

/**
 * What is known of a step: it was begun and not ended, or it was done for the inputs behind `key`.
 * @typedef {{ state: 'running' } | { state: 'done', key: string, result: unknown }} Stamp
 */

/** The steps done so far, a file each; a file is written whole or not at all. */
class Stamps {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /**
   * @param {string} id
   * @returns {Stamp | null} Null where the step was never begun.
   */
  read(id) {
    try {
      return JSON.parse(fs.readFileSync(this.#file(id), 'utf8'));
    } catch (error) {
      // A stamp cut short says as little as an interrupted step.
      return error instanceof SyntaxError ? { state: 'running' } : null;
    }
  }

  /** @param {string} id */
  begin(id) {
    this.#write(id, { state: 'running' });
  }

  /**
   * @param {string} id
   * @param {string} key
   * @param {unknown} result - JSON data.
   */
  end(id, key, result) {
    this.#write(id, { state: 'done', key, result: result ?? null });
  }

  /**
   * @param {string} id
   * @param {Stamp} stamp
   */
  #write(id, stamp) {
    fs.mkdirSync(this.folder, { recursive: true });
    const temporary = `${this.#file(id)}.${String(process.pid)}`;
    fs.writeFileSync(temporary, JSON.stringify(stamp));
    fs.renameSync(temporary, this.#file(id));
  }

  /**
   * @param {string} id
   * @returns {string}
   */
  #file(id) {
    return path.join(this.folder, `${id}.json`);
  }
}

module.exports = { Stamps };
