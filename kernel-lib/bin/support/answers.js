'use strict';

const http = require('http');
const { setTimeout: pause } = require('timers/promises');

const EACH_MS = 200;

/**
 * Waits until a server answers a request, whatever it says; one that has begun to listen may not do so yet.
 * @param {string} address
 * @param {number} patience - Milliseconds.
 * @returns {Promise<boolean>} Whether it answered in that time.
 */
async function answers(address, patience) {
  const end = Date.now() + patience;
  do {
    if (await answersNow(address)) {
      return true;
    }
    await pause(EACH_MS);
  } while (Date.now() < end);
  return false;
}

/** @param {string} address */
function answersNow(address) {
  return new Promise((/** @type {(answered: boolean) => void} */ resolve) => {
    const request = http.get(address, { timeout: 2000 }, (response) => {
      response.resume();
      resolve(true);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

module.exports = { answers };
