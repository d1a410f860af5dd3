'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const IGNORED = new Set(['node_modules', '__pycache__', 'labextension', 'dist']);

/**
 * @param {unknown} value - JSON data.
 * @returns {string}
 */
function hashValue(value) {
  return crypto.createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/**
 * Hash of the names and contents of files and, recursively, folders; what is missing counts as missing.
 * @param {string} root
 * @param {string[]} paths - Relative to `root`.
 * @returns {string}
 */
function hashFiles(root, paths) {
  const hash = crypto.createHash('sha256');
  for (const file of paths.flatMap((name) => listFiles(root, name))) {
    hash.update(`${file}\0`);
    const content = path.join(root, file);
    hash.update(fs.existsSync(content) ? fs.readFileSync(content) : 'missing');
  }
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} name
 * @returns {string[]}
 */
function listFiles(root, name) {
  const stat = fs.statSync(path.join(root, name), { throwIfNoEntry: false });
  if (!stat?.isDirectory()) {
    return [name];
  }
  const entries = fs.readdirSync(path.join(root, name)).filter((entry) => !IGNORED.has(entry));
  return entries.sort().flatMap((entry) => listFiles(root, path.join(name, entry)));
}

module.exports = { hashFiles, hashValue };
