/** @file Compiles TensorFlow.js's own binding sources against the C library of TensorFlow's Python wheel. */
'use strict';

const childProcess = require('child_process');
const fs = require('fs');
const path = require('path');
const { explain } = require('../bin/support/explain');
const { Problem } = require('../bin/support/problem');
const { capture } = require('../bin/support/process');

const OUTPUT = path.join('lib', 'napi-v8');
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/**
 * The files to make, each from its sources. The last two are ours: without them TensorFlow writes to every notebook.
 */
const TARGETS = [
  { name: 'tfjs_binding.node', sources: ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'], libraries: LIBRARIES },
  { name: 'quiet_load.node', sources: [path.join(__dirname, 'quiet_load.cc')], libraries: [] },
  { name: 'log_level.node', sources: [path.join(__dirname, 'log_level.cc')], libraries: [LIBRARIES[1]] }
];

/**
 * The compiler: `CXX` where set, else the first on the PATH.
 * @returns {string}
 */
function findCompiler() {
  const wanted = process.env.CXX;
  for (const command of wanted ? [wanted] : ['g++', 'c++', 'clang++']) {
    if (childProcess.spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0) {
      return command;
    }
  }
  throw new Problem(
    `There is no C++ compiler${wanted ? ` (CXX is "${wanted}")` : ''}: install one ` +
      '(Debian and Ubuntu: `apt-get install g++`; Fedora: `dnf install gcc-c++`) and run this again.'
  );
}

/**
 * The folder of the npm package whose binding is compiled.
 * @param {string} library - Folder of kernel-lib.
 * @returns {string}
 */
function bindingPackage(library) {
  return path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json', { paths: [library] }));
}

/**
 * @param {string} library
 * @returns {boolean}
 */
function hasBinding(library) {
  return TARGETS.every(({ name }) => fs.existsSync(path.join(bindingPackage(library), OUTPUT, name)));
}

/**
 * @param {string} library - Folder of kernel-lib.
 * @param {string} tensorflow - Folder of the Python package `tensorflow`.
 * @param {string} log
 * @returns {Promise<void>}
 */
async function compileBinding(library, tensorflow, log) {
  const compiler = findCompiler();
  const cwd = bindingPackage(library);
  const headers = path.dirname(require.resolve('node-api-headers/package.json', { paths: [library] }));
  fs.mkdirSync(path.join(cwd, OUTPUT), { recursive: true });
  for (const { name, sources, libraries } of TARGETS) {
    const target = path.join(cwd, OUTPUT, name);
    const temporary = `${target}.${String(process.pid)}`;
    const words = [
      ...['-O2', '-std=c++17', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-o', temporary],
      ...['-I.', '-I..', `-I${path.join(headers, 'include')}`, `-I${path.join(tensorflow, 'include')}`],
      ...sources,
      ...[`-L${tensorflow}`, ...libraries.map((file) => `-l:${file}`), `-Wl,-rpath,${tensorflow}`]
    ];
    const outcome = await capture(compiler, words, { cwd, log });
    if (outcome.code !== 0) {
      fs.rmSync(temporary, { force: true });
      throw explain('compiler', 'Compiling the TensorFlow binding', outcome, { log, root: cwd });
    }
    fs.renameSync(temporary, target);
  }
}

module.exports = { compileBinding, findCompiler, hasBinding };
