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
 * @param {{ library: string, tensorflow: string, openblas: string, log: string }} places - `library`: folder of
 *   kernel-lib; `tensorflow`, `openblas`: folders of the Python packages `tensorflow` and `scipy_openblas32`.
 * @returns {Promise<Outcome>} The outcome of the first command that failed, else of the last.
 */
async function compileCustomOps({ library, tensorflow, openblas, log }) {
  const compiler = findCompiler();
  const headers = path.dirname(require.resolve('node-api-headers/package.json', { paths: [library] }));
  fs.mkdirSync(path.dirname(OUTPUT), { recursive: true });
  const work = fs.mkdtempSync(path.join(path.dirname(OUTPUT), 'objects-'));
  const flags = [
    ...[
      '-O3',
      '-std=c++17',
      '-fPIC',
      '-w',
      '-DNAPI_VERSION=8',
      '-D_GLIBCXX_USE_CXX11_ABI=1',
      '-DEIGEN_MAX_ALIGN_BYTES=64'
    ],
    ...machineFlags(fs.readFileSync('/proc/cpuinfo', 'utf8')),
    ...[tensorflow, openblas, headers].map((folder) => `-I${path.join(folder, 'include')}`)
  ];
  try {
    const files = fs.readdirSync(SOURCES).filter((name) => name.endsWith('.cc'));
    const object = (/** @type {string} */ name) => path.join(work, `${name}.o`);
    const compiled = await twoAtATime(files, (name) =>
      capture(compiler, ['-c', ...flags, path.join(SOURCES, name), '-o', object(name)], { log })
    );
    if (compiled.code !== 0) {
      return compiled;
    }
    const target = path.join(work, 'switchyard_ops.node');
    const linked = await capture(
      compiler,
      ['-shared', '-o', target, ...files.map(object), ...linkTo(tensorflow, openblas)],
      { log }
    );
    if (linked.code === 0) {
      fs.renameSync(target, OUTPUT);
    }
    return linked;
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
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

/**
 * Two at a time: TensorFlow's headers take a gigabyte a compiler.
 * @param {readonly string[]} items
 * @param {(item: string) => Promise<Outcome>} run
 * @returns {Promise<Outcome>} The outcome of the first that failed, else of the last.
 */
async function twoAtATime(items, run) {
  const rest = [...items];
  /** @type {Outcome[]} */
  const failed = [];
  /** @type {Outcome} */
  let last = { code: 0, signal: null, output: '' };
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined && failed.length === 0; item = rest.shift()) {
      last = await run(item);
      if (last.code !== 0) {
        failed.push(last);
      }
    }
  };
  await Promise.all([worker(), worker()]);
  return failed[0] ?? last;
}

module.exports = { compileCustomOps, hasCustomOps, machineFlags };
