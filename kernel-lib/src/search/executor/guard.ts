/**
 * @file A thread of a worker process, which goes on where the process computes and hears nothing: it ends the process when its parent is
 * gone, when it takes more memory than it may, and when a trial takes longer.
 */
import { writeSync } from 'fs';
import { workerData } from 'worker_threads';
import type { WorkerLimits } from './messages';

const INTERVAL_MILLISECONDS = 100;

const { parent, limits, deadline } = workerData as {
  parent: number;
  limits: WorkerLimits;
  /** Time at which the trial must be over, in milliseconds of the clock; 0 where nothing runs. */
  deadline: Float64Array;
};

setInterval(() => {
  const rss = process.memoryUsage.rss();
  if (process.ppid !== parent) {
    end('its parent is gone');
  } else if (rss > (limits.memory ?? Infinity)) {
    end(`the worker took more than its memory: ${toMegabytes(rss)} of ${toMegabytes(limits.memory!)} MB`);
  } else if (deadline[0] > 0 && Date.now() > deadline[0]) {
    end(`the trial took longer than ${limits.seconds} seconds`);
  }
}, INTERVAL_MILLISECONDS);

function end(error: string): void {
  try {
    writeSync(1, `${JSON.stringify({ type: 'ended', error })}\n`);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}

function toMegabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
