#!/usr/bin/env node
// Runs before any package is installed: Node's own modules only.
'use strict';

const { run } = require('./commands');

void run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
