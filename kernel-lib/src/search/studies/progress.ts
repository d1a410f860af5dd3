import { timeLeft } from '../../protocol';
import { line } from '../../train/loop/progress';
import type { StudyInfo, StudyWatcher } from './watchers';

/** A line that says how far a study is, the best so far and the time left. */
export function studyProgress(): StudyWatcher {
  const shown = line();
  let info: StudyInfo | null = null;
  let [done, failed, started] = [0, 0, 0];
  let best: number | null = null;
  let why = '';
  const text = (): string => {
    const { totalTrials, objectives } = info!;
    const seconds = ((performance.now() - started) / 1000 / Math.max(1, done)) * (totalTrials - done);
    const found = best === null ? '' : `, best ${objectives[0].name} ${Number(best.toPrecision(5))}`;
    const left = done < totalTrials && done > 0 ? timeLeft(seconds) : '';
    return `trial ${done} of ${totalTrials}${found}${failed > 0 ? `, ${failed} failed` : ''}${left}`;
  };
  return {
    start(study) {
      info = study;
      started = performance.now();
      shown.update(0, study.totalTrials, text());
    },
    trial({ state, values, attributes }) {
      if (state === 'running' || attributes?.dropped !== undefined) {
        return;
      }
      done++;
      if (state === 'failed') {
        failed++;
        why = attributes?.error === undefined ? '' : ` (the last one: ${attributes.error.split('\n')[0]})`;
      }
      const value = values?.[0];
      if (state === 'complete' && value != null && (attributes?.violation ?? 0) === 0) {
        const isLower = info!.objectives[0].better === 'lower';
        best = best === null ? value : isLower ? Math.min(best, value) : Math.max(best, value);
      }
      shown.update(done, info!.totalTrials, text());
    },
    end(status, error) {
      shown.close(error === null ? `${status}: ${text()}${why}` : `${status} after ${text()}${why}: ${error.message}`);
    }
  };
}
