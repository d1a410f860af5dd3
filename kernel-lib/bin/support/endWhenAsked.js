'use strict';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Ends a child process when this one is asked to end, by Ctrl-C or otherwise, however often. A child that is told to stop while it is still
 * starting may wait for ever: a second signal ends that wait, and a third no process survives.
 * @param {Pick<import('child_process').ChildProcess, 'kill'>} child
 * @param {number} patience - Milliseconds from one signal to the next.
 * @returns {{ asked: () => boolean, dispose: () => void }} Whether it was asked; and what gives up waiting for that.
 */
function endWhenAsked(child, patience = 8000) {
  /** @type {NodeJS.Timeout[]} */
  let timers = [];
  let asked = false;
  const end = () => {
    if (!asked) {
      asked = true;
      child.kill('SIGTERM');
      timers = [
        setTimeout(() => child.kill('SIGTERM'), patience),
        setTimeout(() => child.kill('SIGKILL'), 2 * patience)
      ];
    }
  };
  SIGNALS.forEach((signal) => process.on(signal, end));
  return {
    asked: () => asked,
    dispose: () => {
      SIGNALS.forEach((signal) => process.off(signal, end));
      timers.forEach((timer) => clearTimeout(timer));
    }
  };
}

module.exports = { endWhenAsked };
