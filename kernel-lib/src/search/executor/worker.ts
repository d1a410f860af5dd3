/** @file The program of a worker process: it reads jobs from its input, a JSON object a line, and writes what becomes of them to its output. */
import { writeSync } from 'fs';
import * as path from 'path';
import { createInterface } from 'readline';
import { Worker } from 'worker_threads';
import type { Evaluate } from '../evaluator/evaluate';
import type { Library } from '../evaluator/library';
import type { Job } from './executor';
import { messageOf } from './inProcess';
import { loadEvaluate } from './loadEvaluate';
import { packMeasured } from './messages';
import type { FromWorker, ToWorker, WorkerLimits } from './messages';

// The output is for messages: what others print goes where errors go.
process.stdout.write = process.stderr.write.bind(process.stderr);
// The interrupt of a terminal reaches all its processes; the parent decides what becomes of this one.
process.on('SIGINT', () => undefined);

const deadline = new Float64Array(new SharedArrayBuffer(8));
let evaluate: Evaluate | null = null;
let limits: WorkerLimits = {};

const input = createInterface({ input: process.stdin });
input.on('line', (line) => void receive(JSON.parse(line) as ToWorker));
input.on('close', () => process.exit(0));

async function receive(message: ToWorker): Promise<void> {
  if (message.type === 'job') {
    await run(message.job);
    return;
  }
  limits = message.limits;
  const guard = new Worker(path.join(__dirname, 'guard.js'), {
    workerData: { parent: process.ppid, limits, deadline }
  });
  guard.unref();
  try {
    evaluate = loadEvaluate(message.evaluate);
    send({ type: 'ready' });
  } catch (error) {
    send({ type: 'ended', error: messageOf(error) });
    process.exit(1);
  }
}

async function run(job: Job): Promise<void> {
  // Loading takes seconds, which are not the trial's.
  const library = require('../../index') as Library;
  deadline[0] = limits.seconds === undefined ? 0 : Date.now() + limits.seconds * 1000;
  try {
    const report = (step: number, value: number): void =>
      send({ type: 'report', step, value: Number.isFinite(value) ? value : String(value) });
    const measured = await evaluate!({ ...job, signal: new AbortController().signal, report }, library);
    send({ type: 'done', measured: packMeasured(measured) });
  } catch (error) {
    const hint = error instanceof ReferenceError ? ' (an evaluation in another process sees its arguments only)' : '';
    send({ type: 'failed', error: `${messageOf(error)}${hint}` });
  } finally {
    deadline[0] = 0;
  }
}

function send(message: FromWorker): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      // A full pipe: the reader will empty it.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
        throw error;
      }
    }
  }
}
