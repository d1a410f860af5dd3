import * as path from 'path';
import { expectInteger, expectNumber, fail, SwitchyardError } from '../../base/core';
import { LineProcess, pythons } from '../../base/io';
import type { Evaluate, EvaluateFile } from '../evaluator/evaluate';
import type { Executor, Job, Outcome, Runner } from './executor';
import { sourceOf } from './loadEvaluate';
import { unpackMeasured } from './messages';
import type { FromWorker, WorkerLimits } from './messages';
import { ONE_THREAD, WORKER, workerLimits } from './workers';

const PROGRAM = path.join(__dirname, '../../../python/trials_on_ray.py');

/** Options of `nas.ray`. */
export interface RayOptions {
  /** Address of the cluster: "auto", "10.0.0.1:6379", "ray://...". Default: a cluster of this machine alone, gone with the study. */
  address?: string;
  /** Actors, each with one Node worker. Default: the processors that the cluster has. */
  workers?: number;
  /** Processors that an actor asks for. Default 1. */
  cpus?: number;
  /** Megabytes that a worker may take. Default: no limit. */
  memory?: number;
  /** Seconds that a trial may take. Default: no limit. */
  seconds?: number;
  /** Node on the machines of the cluster. Default "node". */
  node?: string;
  /** Python with Ray. Default: the first that has it. */
  python?: string;
}

const WHERE = 'nas.ray';

/**
 * Trials on a Ray cluster: a small Python process owns actors, each of which keeps one Node worker. Node and this library must be on every
 * machine, at the same paths; checkpoints of strategies that pause trials lie in a folder that all of them see. A trial whose machine is
 * lost is begun anew elsewhere; a worker that crashes fails its trial. Nothing is left on the cluster, however this process ends. What a
 * trial reports on the way comes when it ends.
 *
 * @throws {SwitchyardError} where no Python has Ray, or the cluster is not there.
 */
export function ray(options: RayOptions = {}): Executor {
  const { workers, cpus = 1, memory, seconds } = options;
  if (workers !== undefined) {
    expectInteger(WHERE, 'workers', workers, 1);
  }
  expectNumber(WHERE, 'cpus', cpus, 0);
  const limits = workerLimits(WHERE, memory, seconds);
  return { kind: 'ray', start: (evaluate) => RayPool.start(evaluate, options, limits) };
}

type Said = { id?: number; said?: FromWorker[]; lost?: string; refused?: string; ready?: string; cpus?: number };

class RayPool implements Runner {
  private readonly waiting = new Map<number, (said: Said) => void>();
  private asked = 0;
  private stopped = false;

  private constructor(
    private readonly driver: LineProcess,
    readonly slots: number
  ) {
    void driver.ended.then((how) => {
      this.waiting.forEach((resolve) => resolve({ lost: `the process that drives Ray is gone: ${how}` }));
      this.waiting.clear();
    });
  }

  static async start(evaluate: Evaluate | EvaluateFile, options: RayOptions, limits: WorkerLimits): Promise<RayPool> {
    const complaints: string[] = [];
    for (const python of options.python === undefined ? pythons() : [options.python]) {
      const started = await this.tryToStart(python, evaluate, options, limits);
      if (started instanceof RayPool) {
        return started;
      }
      complaints.push(`${python}: ${started}`);
    }
    return fail(WHERE, 'a Python with ray must be there (`pip install ray` into .venv)', complaints.join('; '));
  }

  private static tryToStart(
    python: string,
    evaluate: Evaluate | EvaluateFile,
    options: RayOptions,
    limits: WorkerLimits
  ): Promise<RayPool | string> {
    const { address = null, workers, cpus = 1, node = 'node' } = options;
    return new Promise((resolve, reject) => {
      let pool: RayPool | null = null;
      const driver = new LineProcess(python, ['-I', '-X', 'utf8', PROGRAM], environment(), (message) => {
        const said = message as Said;
        if (said.refused !== undefined) {
          reject(
            new SwitchyardError(WHERE, `the cluster (${address ?? 'a new one here'}) must be there`, said.refused)
          );
        } else if (said.ready === undefined) {
          pool?.answer(said);
        } else {
          pool = new RayPool(driver, workers ?? Math.max(1, Math.floor(said.cpus! / Math.max(cpus, 1e-9))));
          resolve(pool);
        }
      });
      void driver.ended.then(resolve);
      driver.send({
        ...{ address, cpus, workers: workers ?? 64, init: {} },
        ...{ command: [node, WORKER], environment: ONE_THREAD },
        start: { type: 'start', evaluate: sourceOf(evaluate), limits }
      });
    });
  }

  async run(job: Job, report: (step: number, value: number) => void): Promise<Outcome> {
    const id = this.asked++;
    const { said = [], lost } = await new Promise<Said>((resolve) => {
      if (this.driver.isOver) {
        resolve({ lost: 'the process that drives Ray is gone' });
        return;
      }
      this.waiting.set(id, resolve);
      this.driver.send({ id, job });
    });
    if (this.stopped || lost !== undefined) {
      return { kind: this.stopped ? 'stopped' : 'lost', error: lost ?? 'the study was interrupted' };
    }
    said.forEach((each) => (each.type === 'report' ? report(each.step, Number(each.value)) : undefined));
    const last = said.at(-1)!;
    return last.type === 'done'
      ? { kind: 'done', measured: unpackMeasured(last.measured) }
      : { kind: 'failed', error: 'error' in last ? last.error : 'the worker said nothing' };
  }

  stop(): void {
    this.stopped = true;
    this.driver.close();
  }

  async close(): Promise<void> {
    this.driver.close();
    await this.driver.ended;
  }

  private answer(said: Said): void {
    this.waiting.get(said.id!)?.(said);
    this.waiting.delete(said.id!);
  }
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO: '0', RAY_DEDUP_LOGS: '0', RAY_USAGE_STATS_ENABLED: '0' };
}
