'use strict';

/** What a comparison leaves out: nothing of it is unsaid. */
class LeftOut {
  /** @param {import('./rules').Ignored[]} ignore */
  constructor(ignore) {
    /** Lines of which something was ignored, in both runs, by what ignores it. @type {Map<import('./rules').Ignored, number>} */
    this.lines = new Map(ignore.map((ignored) => [ignored, 0]));
    /** Pictures of data that the same output carries. */
    this.pictures = 0;
    /** Environment records, whose changes are said instead. */
    this.records = 0;
    /** Outputs with times that were measured. */
    this.timed = 0;
    /** Runs whose speeds and memory were saved: no two have the same. */
    this.machines = 0;
    /** Outputs saved by an earlier version, which has not all that is shown now. */
    this.added = 0;
  }

  later() {
    this.added++;
  }

  machine() {
    this.machines++;
  }

  picture() {
    this.pictures++;
  }

  times() {
    this.timed++;
  }

  record() {
    this.records++;
  }

  /**
   * @param {import('./rules').Ignored} ignored
   * @param {number} lines
   */
  ignored(ignored, lines) {
    this.lines.set(ignored, (this.lines.get(ignored) ?? 0) + lines);
  }

  /**
   * What was left out, a line each. Every pattern of the notebook's own is named.
   * @returns {string[]}
   */
  describe() {
    const counted = [
      [this.pictures, 'picture', 'drawn from data beside it'],
      [this.records, 'environment record', 'compared as the environment'],
      [this.machines, 'run', 'without its speeds and memory'],
      [this.timed, 'output', 'whose measured times are not'],
      [this.added, 'output', 'without what its payload has since a later version than it was saved by']
    ].flatMap(([n, thing, why]) => (n === 0 ? [] : [`${count(Number(n), String(thing))}, ${String(why)}`]));
    const patterns = [...this.lines].flatMap(([{ name, own }, n]) =>
      n > 0 || own ? [`${own ? `what the notebook ignores, ${name},` : name} in ${count(n, 'line')} of both runs`] : []
    );
    return [...counted, ...patterns];
  }
}

/**
 * @param {number} n
 * @param {string} thing
 * @returns {string}
 */
function count(n, thing) {
  return `${String(n)} ${thing}${n === 1 ? '' : 's'}`;
}

module.exports = { LeftOut, count };
