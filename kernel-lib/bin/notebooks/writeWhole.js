'use strict';

const fs = require('fs');
const path = require('path');

/**
 * Writes a whole file or none: to a new file beside it, flushed to the disk, then renamed over the old one. A link stays
 * a link, and the old file's permissions are kept.
 * @param {string} file
 * @param {string} text
 */
function writeWhole(file, text) {
  const target = fs.existsSync(file) ? fs.realpathSync(file) : file;
  const part = path.join(path.dirname(target), `.${path.basename(target)}.${String(process.pid)}.part`);
  try {
    const mode = fs.statSync(target, { throwIfNoEntry: false })?.mode;
    fs.writeFileSync(part, text, { flush: true, ...(mode === undefined ? {} : { mode }) });
    fs.renameSync(part, target);
  } catch (error) {
    fs.rmSync(part, { force: true });
    throw error;
  }
}

module.exports = { writeWhole };
