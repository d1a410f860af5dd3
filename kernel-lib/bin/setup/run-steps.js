'use strict';

const fs = require('fs');
const path = require('path');
const { hashValue } = require('../support/hash');
const { line, seconds, showRunning } = require('../support/lines');
const { Stamps } = require('./stamps');

/**
 * One step of the set-up.
 * @typedef {object} Step
 * @property {string} id
 * @property {string} title
 * @property {string[]} after - Steps that this one builds on: when they are done anew, so is this.
 * @property {() => unknown} inputs - JSON data; the step is done again when it changes.
 * @property {() => boolean} isThere - False where what the step made is gone.
 * @property {(task: Task) => Promise<unknown>} run - Does the step; what it answers (JSON data) is kept.
 *
 * What a running step gets.
 * @typedef {object} Task
 * @property {string} log - The step's log file.
 * @property {boolean} interrupted - True where an earlier run of the step did not end: nothing it left is to be trusted.
 * @property {(sentence: string) => void} warn
 */

/**
 * @param {readonly Step[]} steps - In their order.
 * @param {string} state - The project's `.switchyard` folder.
 * @returns {{ step: Step, key: string, pending: boolean }[]}
 */
function planSteps(steps, state) {
  const stamps = new Stamps(path.join(state, 'stamps'));
  /** @type {Map<string, { step: Step, key: string, pending: boolean }>} */
  const plan = new Map();
  for (const step of steps) {
    const before = step.after.map((id) => plan.get(id)).filter((entry) => entry !== undefined);
    const key = hashValue([step.inputs(), before.map((entry) => entry.key)]);
    const stamp = stamps.read(step.id);
    const done = stamp?.state === 'done' && stamp.key === key && step.isThere();
    plan.set(step.id, { step, key, pending: !done || before.some((entry) => entry.pending) });
  }
  return [...plan.values()];
}

/**
 * Runs the pending steps of a plan, and prints a line for each step.
 * @param {ReturnType<typeof planSteps>} plan
 * @param {string} state
 * @returns {Promise<void>}
 */
async function runSteps(plan, state) {
  const stamps = new Stamps(path.join(state, 'stamps'));
  for (const { step, key, pending } of plan) {
    if (pending) {
      await runStep(step, key, stamps, path.join(state, 'logs', `${step.id}.log`));
    } else {
      console.log(line('ok', step.title, 'done before'));
    }
  }
}

/**
 * @param {Step} step
 * @param {string} key
 * @param {Stamps} stamps
 * @param {string} log
 * @returns {Promise<void>}
 */
async function runStep(step, key, stamps, log) {
  const interrupted = stamps.read(step.id)?.state === 'running';
  /** @type {string[]} */
  const warnings = [];
  const start = Date.now();
  const hide = showRunning(step.title);
  fs.rmSync(log, { force: true });
  try {
    stamps.begin(step.id);
    const result = await step.run({ log, interrupted, warn: (sentence) => warnings.push(sentence) });
    stamps.end(step.id, key, result);
  } catch (error) {
    hide();
    console.log(line('failed', step.title, seconds(Date.now() - start)));
    throw error;
  }
  hide();
  console.log(line(warnings.length > 0 ? 'note' : 'ok', step.title, seconds(Date.now() - start)));
  warnings.forEach((sentence) => {
    console.log(`  ${sentence}`);
  });
}

module.exports = { planSteps, runSteps };
