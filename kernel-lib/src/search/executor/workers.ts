import { availableParallelism } from 'os';
import * as path from 'path';
import { expectInteger, expectNumber } from '../../base/core';
import { LineProcess } from '../../base/io';
import type { EvaluateSource } from '../evaluator/evaluate';
import type { Executor, Job, Outcome, Runner } from './executor';
import { sourceOf } from './loadEvaluate';
import { unpackMeasured } from './messages';
import type { FromWorker, ToWorker, WorkerLimits } from './messages';

/** The program of a worker. */
export const WORKER = path.join(__dirname, 'worker.js');

/** One thread a worker: several workers keep the cores busy, and numbers do not depend on how many there are. */
export const ONE_THREAD = {
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1'
};

/** Options of `nas.workers`. */
export interface WorkersOptions {
  /** Processes. Default: the cores of this machine. */
  workers?: number;
  /** Megabytes that a worker may take. Default: no limit. */
  memory?: number;
  /** Seconds that a trial may take. Default: no limit. */
  seconds?: number;
}

/**
 * Trials in processes of this machine, each with a TensorFlow of its own on one thread. A worker that crashes, takes more memory or longer
 * than it may fails its trial, and another takes its place; all end with this process, however it ends.
 */
export function workers({ workers: count = availableParallelism(), memory, seconds }: WorkersOptions = {}): Executor {
  expectInteger('nas.workers', 'workers', count, 1);
  const limits = workerLimits('nas.workers', memory, seconds);
  return { kind: 'workers', start: async (evaluate) => new WorkerPool(sourceOf(evaluate), count, limits) };
}

/** Checks limits as users give them. */
export function workerLimits(where: string, memory?: number, seconds?: number): WorkerLimits {
  if (memory !== undefined) {
    expectNumber(where, 'memory', memory, 1);
  }
  if (seconds !== undefined) {
    expectNumber(where, 'seconds', seconds, 0.001);
  }
  return { ...(memory !== undefined && { memory: memory * 2 ** 20 }), ...(seconds !== undefined && { seconds }) };
}

class WorkerPool implements Runner {
  private readonly idle: OneWorker[] = [];
  private readonly all = new Set<OneWorker>();
  private stopped = false;

  constructor(
    private readonly evaluate: EvaluateSource,
    readonly slots: number,
    private readonly limits: WorkerLimits
  ) {}

  async run(job: Job, report: (step: number, value: number) => void): Promise<Outcome> {
    const worker = this.idle.pop() ?? this.begin();
    const outcome = await worker.run(job, report);
    if (worker.isOver) {
      this.all.delete(worker);
    } else {
      this.idle.push(worker);
    }
    return this.stopped && outcome.kind !== 'done' ? { kind: 'stopped', error: outcome.error } : outcome;
  }

  stop(): void {
    this.stopped = true;
    this.all.forEach((worker) => worker.kill());
  }

  async close(): Promise<void> {
    this.all.forEach((worker) => worker.kill());
    await Promise.all([...this.all].map(({ ended }) => ended));
    this.all.clear();
  }

  private begin(): OneWorker {
    const worker = new OneWorker(this.evaluate, this.limits);
    this.all.add(worker);
    return worker;
  }
}

class OneWorker {
  private readonly process: LineProcess;
  private receive: (message: FromWorker) => void = () => undefined;
  private why: string | null = null;

  constructor(evaluate: EvaluateSource, limits: WorkerLimits) {
    this.process = new LineProcess(process.execPath, [WORKER], { ...process.env, ...ONE_THREAD }, (message) => {
      const from = message as FromWorker;
      this.why = from.type === 'ended' ? from.error : this.why;
      this.receive(from);
    });
    this.send({ type: 'start', evaluate, limits });
  }

  get isOver(): boolean {
    return this.process.isOver;
  }

  get ended(): Promise<string> {
    return this.process.ended;
  }

  run(job: Job, report: (step: number, value: number) => void): Promise<Outcome> {
    return new Promise((resolve) => {
      this.receive = (message) => {
        if (message.type === 'report') {
          report(message.step, Number(message.value));
        } else if (message.type === 'done') {
          resolve({ kind: 'done', measured: unpackMeasured(message.measured) });
        } else if (message.type === 'failed') {
          resolve({ kind: 'failed', error: message.error });
        }
      };
      void this.process.ended.then((how) => resolve({ kind: 'failed', error: this.why ?? `the worker died: ${how}` }));
      this.send({ type: 'job', job });
    });
  }

  kill(): void {
    this.process.kill();
  }

  private send(message: ToWorker): void {
    this.process.send(message);
  }
}
