'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const { SMALL, WHOLE } = require('../cases/shapes');
const { compare } = require('./compare');
const { interleave } = require('./interleave');
const { torchPython } = require('./python');
const { nodeWorker, torchWorker } = require('./worker');

/** One run of the benchmark: its workers, its folder, and the rows that it collects. */
class Bench {
  constructor({ threads, full, small, only }) {
    this.threads = threads;
    this.shapes = small ? SMALL : WHOLE;
    this.full = full;
    this.only = only;
    this.rows = [];
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'switchyard-bench-'));
    this.node = nodeWorker(threads);
    this.torch = null;
  }

  /** Starts PyTorch's worker as well. */
  async startTorch() {
    this.python = await torchPython();
    this.torch = torchWorker(this.python, this.threads);
    return this.torch.ask('versions');
  }

  /** Whether `--only` leaves this one in. */
  wants(name) {
    return this.only === null || name.includes(this.only);
  }

  file(name) {
    return path.join(this.folder, name);
  }

  /** Opens a case in every worker. */
  async open(file) {
    for (const worker of [this.node, this.torch]) {
      await worker?.ask('open', { file });
    }
  }

  /** Rivals that are not there are left out, here and in {@link time}. */
  compare(contestants) {
    return compare(present(contestants), this.folder);
  }

  /**
   * Times contestants against each other and keeps a row for each. Those marked `rival` are what the others are held
   * against: `ratioToBestRival` is a contestant's median divided by the fastest rival's.
   */
  async time({ name, shape, direction }, invited) {
    const contestants = present(invited);
    const summaries = await interleave(contestants);
    const best = Math.min(...summaries.filter((_, i) => contestants[i].rival).map(({ medianMs }) => medianMs));
    const rows = contestants.map(({ variant }, i) => {
      const ratioToBestRival = Number.isFinite(best) ? summaries[i].medianMs / best : null;
      return { name, shape, direction, variant, ...summaries[i], ratioToBestRival };
    });
    this.rows.push(...rows);
    return rows;
  }

  /** Keeps a figure that is no time of interleaved runs. */
  note(row) {
    this.rows.push({ medianMs: null, p10: null, p90: null, ratioToBestRival: null, ...row });
  }

  close() {
    this.node.close();
    this.torch?.close();
    fs.rmSync(this.folder, { recursive: true });
  }
}

const present = (contestants) => contestants.filter(({ worker }) => worker !== null);

module.exports = { Bench };
