'use strict';

const childProcess = require('child_process');
const path = require('path');
const readline = require('readline');

const FOLDER = path.join(__dirname, '..');

/** A process that answers each line of JSON with one. */
class Worker {
  constructor(command, args, env) {
    this.waiting = [];
    this.child = childProcess.spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit']
    });
    readline.createInterface({ input: this.child.stdout }).on('line', (line) => this.take(line));
    this.child.on('error', (error) => this.abandon(error));
    this.child.on('exit', (code, signal) => this.abandon(new Error(`bench: a worker ended (${signal ?? code})`)));
  }

  /** @throws where the worker says so, or ends. */
  ask(command, options = {}) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify({ command, ...options })}\n`);
    });
  }

  close() {
    this.child.stdin.end();
  }

  take(line) {
    const { error, ...answer } = JSON.parse(line);
    const { resolve, reject } = this.waiting.shift();
    if (error === undefined) {
      resolve(answer);
    } else {
      reject(new Error(`bench: a worker failed\n${error}`));
    }
  }

  abandon(error) {
    this.waiting.splice(0).forEach(({ reject }) => reject(error));
  }
}

/** This library in Node, on so many threads. */
function nodeWorker(threads, script = 'worker.js') {
  const env = { TF_NUM_INTRAOP_THREADS: String(threads), TF_NUM_INTEROP_THREADS: '1' };
  return new Worker(process.execPath, ['--expose-gc', path.join(FOLDER, 'node', script)], env);
}

/** PyTorch in the Python `python`, on so many threads. */
function torchWorker(python, threads, script = 'worker.py') {
  const env = { OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads), PYTHONDONTWRITEBYTECODE: '1' };
  return new Worker(python, [path.join(FOLDER, 'python', script), String(threads)], env);
}

/**
 * Those who write with a real model: this library as float32 and as stored, and, where they are there, transformers and llama.cpp. Their logits agree to
 * a part of the largest.
 */
function realWorkers({ threads, torch, python }, llama) {
  const ours = (variant, dtype) => ({
    variant,
    dtype,
    tolerance: 1e-3,
    worker: nodeWorker(threads, 'realModel.js')
  });
  const theirs = () => ({
    variant: 'transformers',
    dtype: 'float32',
    tolerance: 1e-3,
    worker: torchWorker(python, threads, 'real_model.py')
  });
  // It rounds what goes into a product to eight bits.
  const llamaCpp = () => ({
    variant: 'llama.cpp',
    dtype: 'as stored',
    tolerance: 0.05,
    worker: torchWorker(llama, threads, 'llama_model.py')
  });
  return [
    ours('ours, float32', 'float32'),
    ours('ours, as stored', 'as stored'),
    ...(torch === null ? [] : [theirs()]),
    ...(llama === null ? [] : [llamaCpp()])
  ];
}

module.exports = { nodeWorker, realWorkers, torchWorker };
