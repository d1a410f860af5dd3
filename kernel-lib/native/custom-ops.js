/** @file Compiles the custom TensorFlow ops of `ops/` against the headers of TensorFlow's Python wheel and OpenBLAS. */
'use strict';

const fs = require('fs');
const path = require('path');
const { capture } = require('../bin/support/process');
const { findCompiler } = require('./binding');

const SOURCES = path.join(__dirname, 'ops');
const OUTPUT = path.join(__dirname, 'build', 'switchyard_ops.node');

/** @typedef {import('../bin/support/process').Outcome} Outcome */

/** @returns {boolean} */
function hasCustomOps() {
  return fs.existsSync(OUTPUT);
}

/**
 * The instructions to compile for. TensorFlow itself checks the processor when it runs; we know it already. Never
 * "native": g++ 12 makes wrong code for AVX512-FP16.
 * @param {string} cpu - What /proc/cpuinfo says.
 * @returns {string[]}
 */
function machineFlags(cpu) {
  const has = (/** @type {string[]} */ ...flags) => flags.every((flag) => new RegExp(`\\b${flag}\\b`).test(cpu));
  if (has('avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl')) {
    return ['-march=x86-64-v4'];
  }
  return has('avx2', 'fma', 'bmi2') ? ['-march=x86-64-v3'] : [];
}

/**
 * The instructions that TensorFlow's wheel is compiled for: what must have its digits is compiled for the same.
 * @param {string} cpu - What /proc/cpuinfo says.
 * @returns {string[]}
 */
function wheelFlags(cpu) {
  return /\bavx\b/.test(cpu) ? ['-mavx'] : [];
}

/**
 * @param {{ library: string, tensorflow: string, openblas: string, log?: string }} places - `library`: folder of
 *   kernel-lib; `tensorflow`, `openblas`: folders of the Python packages `tensorflow` and `scipy_openblas32`.
 * @param {{ output?: string, flags?: string[] }} [build] - Another file than the library's own, and flags for it.
 * @returns {Promise<Outcome>}
 */
async function compileCustomOps({ library, tensorflow, openblas, log }, { output = OUTPUT, flags = ['-O3'] } = {}) {
  const compiler = findCompiler();
  const headers = path.dirname(require.resolve('node-api-headers/package.json', { paths: [library] }));
  fs.mkdirSync(path.dirname(output), { recursive: true });
  const temporary = `${output}.${String(process.pid)}`;
  const apart = `${temporary}.o`;
  const cpu = fs.readFileSync('/proc/cpuinfo', 'utf8');
  const common = [...flags, '-std=c++17', '-fPIC', '-w', '-D_GLIBCXX_USE_CXX11_ABI=1', '-DEIGEN_MAX_ALIGN_BYTES=64'];
  const include = [tensorflow, openblas, headers].map((folder) => `-I${path.join(folder, 'include')}`);
  const rows = path.join(SOURCES, 'softmax_rows.cc');
  const first = await capture(compiler, [...common, ...wheelFlags(cpu), ...include, '-c', '-o', apart, rows], { log });
  if (first.code !== 0) {
    return first;
  }
  const words = [
    ...[...common, '-shared', '-o', temporary, '-DNAPI_VERSION=8', ...machineFlags(cpu), ...include],
    ...[path.join(SOURCES, 'all.cc'), apart, ...linkTo(tensorflow, openblas)]
  ];
  const outcome = await capture(compiler, words, { log });
  fs.rmSync(apart);
  if (outcome.code === 0) {
    fs.renameSync(temporary, output);
  }
  return outcome;
}

/**
 * @param {string} tensorflow
 * @param {string} openblas
 * @returns {string[]}
 */
function linkTo(tensorflow, openblas) {
  const blas = path.join(openblas, 'lib');
  return [
    ...[`-L${tensorflow}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2', `-Wl,-rpath,${tensorflow}`],
    ...[`-L${blas}`, '-lscipy_openblas', `-Wl,-rpath,${blas}`]
  ];
}

module.exports = { compileCustomOps, hasCustomOps, machineFlags };
