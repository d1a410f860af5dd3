'use strict';

const fs = require('fs');
const { Problem } = require('../support/problem');
const { findCompiler } = require('../../native/binding');
const { findPython } = require('./python');

const NODE_MAJOR = 20;
const GIGABYTE = 1e9;

/**
 * Checks what the pending steps need of the machine, before any of them begins.
 * @param {import('../support/project').Project} project
 * @param {{ python: boolean, compiler: boolean, gigabytes: number }} needs
 */
function checkMachine(project, needs) {
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR) {
    throw new Problem(
      `Node ${process.versions.node} is too old: install Node ${String(NODE_MAJOR)} or later from https://nodejs.org.`
    );
  }
  if (needs.python) {
    findPython();
  }
  if (needs.compiler) {
    findCompiler();
  }
  checkDisk(project.root, needs.gigabytes);
}

/**
 * @param {string} folder
 * @param {number} gigabytes
 */
function checkDisk(folder, gigabytes) {
  const { bavail, bsize } = fs.statfsSync(folder);
  const free = (bavail * bsize) / GIGABYTE;
  if (free < gigabytes) {
    throw new Problem(
      `The disk that holds ${folder} has ${free.toFixed(1)} GB free and the set-up needs ${String(gigabytes)} GB: ` +
        'free some space and run this again.'
    );
  }
}

module.exports = { checkDisk, checkMachine };
