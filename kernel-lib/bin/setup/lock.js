'use strict';

const fs = require('fs');
const path = require('path');

/**
 * Holds the lock `file` while `work` runs; waits while another living process holds it.
 * A holder that died, or whose process id belongs to another program now, holds nothing.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(pid: number) => void} [onWait] - Told once, with the holder.
 * @returns {Promise<T>}
 */
async function withLock(file, work, onWait = () => undefined) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  let told = false;
  while (!tryLock(file)) {
    const holder = readHolder(file);
    if (holder !== null && isAlive(holder)) {
      if (!told) {
        onWait(holder.pid);
        told = true;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    } else {
      removeStale(file);
    }
  }
  const release = () => {
    fs.rmSync(file, { force: true });
  };
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

/** @typedef {{ pid: number, started: string | null }} Holder */

/**
 * @param {string} file
 * @returns {boolean}
 */
function tryLock(file) {
  // Linked into place, so that the lock never exists without its content.
  const own = `${file}.${String(process.pid)}`;
  fs.writeFileSync(own, JSON.stringify({ pid: process.pid, started: startTime(process.pid) }));
  try {
    fs.linkSync(own, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') {
      return false;
    }
    throw error;
  } finally {
    fs.rmSync(own);
  }
}

/**
 * @param {string} file
 * @returns {Holder | null}
 */
function readHolder(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Takes a dead holder's lock away. Two processes may do this at once: whoever finds that
 * he moved a living one's lock puts it back.
 * @param {string} file
 */
function removeStale(file) {
  const moved = `${file}.stale.${String(process.pid)}`;
  try {
    fs.renameSync(file, moved);
  } catch {
    return;
  }
  const holder = readHolder(moved);
  if (holder !== null && isAlive(holder) && !fs.existsSync(file)) {
    fs.linkSync(moved, file);
  }
  fs.rmSync(moved);
}

/**
 * @param {Holder} holder
 * @returns {boolean}
 */
function isAlive({ pid, started }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
  return started === startTime(pid);
}

/**
 * When a process began, in the kernel's ticks; null where the system does not tell.
 * @param {number} pid
 * @returns {string | null}
 */
function startTime(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // Fields after the name, which is in brackets and may hold spaces: the 22nd of the line is the 20th here.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return null;
  }
}

module.exports = { withLock };
