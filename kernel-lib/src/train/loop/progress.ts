import { SingleBar } from 'cli-progress';
import { captureDisplay } from '../../base/core';
import { shared } from '../../base/core/host';
import { timeLeft } from '../../protocol';
import type { RunInfo, StepReport, Watcher } from './contract';

/** Place where a line of progress goes. */
export interface Line {
  update(step: number, totalSteps: number, text: string): void;
  close(text: string): void;
}

const MIN_MILLISECONDS = 500;
/** Lines of this process. */
let lines = 0;

/**
 * A line that says how far a run is: one updating output in a notebook, a bar in a terminal, nothing elsewhere. At most
 * two updates a second, and the last always.
 */
export function progress(): Watcher {
  const shown = line();
  let total = 0;
  let started = 0;
  let first: number | null = null;
  let last = 'no step done';
  return {
    start(run: RunInfo) {
      total = run.totalSteps;
      started = performance.now();
      shown.update(0, total, `step 0 of ${total}`);
    },
    step({ step, scalars }: StepReport) {
      const now = performance.now();
      first ??= step - 1;
      const rate = ((step - first) * 1000) / (now - started);
      last = describe(step, total, scalars, rate);
      shown.update(step, total, `${last}${step < total ? timeLeft((total - step) / rate) : ''}`);
    },
    end(status, error) {
      shown.close(error === null ? `${status}: ${last}` : `${status} after ${last}: ${error.message}`);
    }
  };
}

function describe(step: number, total: number, scalars: Record<string, number>, rate: number): string {
  const loss = `loss ${scalars['loss/train'].toFixed(3)}`;
  return `step ${step} of ${total}, ${loss}, ${rate.toFixed(1)} steps/s`;
}

/** A line of progress of whatever has steps: in a notebook or a terminal, nowhere else; at most two updates a second, and the last always. */
export function line(): Line {
  const to = notebookLine() ?? terminalLine();
  let shown = 0;
  return {
    update(step, total, text) {
      const now = performance.now();
      if (step === 0 || now - shown >= MIN_MILLISECONDS) {
        shown = step === 0 ? 0 : now;
        to?.update(step, total, text);
      }
    },
    close: (text) => to?.close(text)
  };
}

function notebookLine(): Line | null {
  const write = captureDisplay();
  if (write === null) {
    return null;
  }
  const transient = { display_id: displayId() };
  // Jupyter saves no display id: by this one a page that was loaded anew finds the output that it must go on with.
  const metadata = { switchyard: { display: transient.display_id } };
  let shown = false;
  const show = (text: string): void => {
    write({ data: { 'text/plain': text }, metadata, transient }, shown);
    shown = true;
  };
  return { update: (_step, _total, text) => show(text), close: show };
}

/** An id that no other output of this kernel has, nor one of another cell, and that is the same where the notebook is run again. */
function displayId(): string {
  const cell = shared().host?.cell();
  return `progress-${cell?.id ?? cell?.executionCount ?? 'none'}-${++lines}`;
}

function terminalLine(): Line | null {
  if (!process.stderr.isTTY) {
    return null;
  }
  const bar = new SingleBar({ format: '{bar} {text}', stream: process.stderr, hideCursor: true });
  return {
    update(step, total, text) {
      if (bar.isActive) {
        bar.update(step, { text });
      } else {
        bar.start(total, step, { text });
      }
    },
    close(text) {
      bar.update({ text });
      bar.stop();
    }
  };
}
