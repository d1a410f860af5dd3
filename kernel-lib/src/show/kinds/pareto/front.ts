import { fail } from '../../../base/core';
import { attainment } from '../../../base/math';
import type { CostPair } from '../../../base/math';
import type { ParetoAxis, ParetoLine, ParetoPayload } from '../../../protocol';
import { pareto } from './payload';

/** A study that is over, as `nas.study` gives it. */
export interface ShownStudy {
  readonly name: string;
  readonly trials: readonly {
    readonly number: number;
    readonly state: string;
    readonly values: Readonly<Record<string, number>>;
  }[];
}

/** Options of `show.front`. */
export interface FrontOptions {
  /** Names of two objectives, of x and y; or of one, which stands over the number of trials. */
  objectives: readonly (Pick<ParetoAxis, 'name' | 'better'> & { unit?: string })[];
  /** Title for people. Default "front". */
  title?: string;
}

const WHERE = 'show.front';
const TRIALS: ParetoAxis = { name: 'trials', unit: '', better: 'lower' };
/** Shares of the studies whose attainment is drawn. */
const SHARES = [0.25, 0.5, 0.75];
const MOST_SERIES = 32;

/**
 * The front of a study with the way that it took, or of several, such as of several seeds, with the lines that a quarter, half and three quarters of them
 * attain: `show.payload(show.front([first, second], { objectives: [{ name: 'parameters', better: 'lower' }, { name: 'loss', better: 'lower' }] }))`.
 *
 * @throws {SwitchyardError} where objectives are not one or two, there are more than 32 studies, or no trial is complete.
 */
export function front(
  of: ShownStudy | readonly ShownStudy[],
  { objectives, title = 'front' }: FrontOptions
): ParetoPayload {
  const studies = 'trials' in of ? [of] : of;
  if (objectives.length < 1 || objectives.length > 2) {
    fail(WHERE, 'objectives must be one or two', objectives.length);
  }
  if (studies.length < 1 || studies.length > MOST_SERIES) {
    fail(WHERE, `there must be 1..${MOST_SERIES} studies`, studies.length);
  }
  const axes = objectives.map((each): ParetoAxis => ({ unit: '', ...each }));
  const [x, y] = axes.length === 2 ? axes : [TRIALS, axes[0]];
  const sets = studies.map(({ name, trials }, s) => {
    const whole = trials.filter(({ state, values }) => state === 'complete' && axes.every((axis) => Number.isFinite(values[axis.name]))); // prettier-ignore
    return whole.map(({ number, values }, i) => ({
      series: studies.length === 1 ? name : `${s + 1}: ${name}`,
      label: `trial ${number}`,
      cost: axes.length === 2 ? values[x.name] : i + 1,
      quality: values[y.name]
    }));
  });
  if (sets.every((set) => set.length === 0)) {
    fail(WHERE, 'a trial must be complete and have its objectives', 'none');
  }
  const payload = pareto(sets.flat(), { x, y, title, trajectory: studies.length === 1 });
  const lines = studies.length === 1 ? [] : linesOf(sets, x, y);
  return { ...payload, data: { ...payload.data, ...(lines.length > 0 && { lines }) } };
}

function linesOf(
  sets: readonly (readonly { cost: number; quality: number }[])[],
  x: ParetoAxis,
  y: ParetoAxis
): ParetoLine[] {
  const sign = ({ better }: ParetoAxis): number => (better === 'lower' ? 1 : -1);
  const costs = sets.map((set) => set.map(({ cost, quality }): CostPair => [sign(x) * cost, sign(y) * quality]));
  const counts = new Map(SHARES.map((share) => [Math.max(1, Math.round(share * sets.length)), share]));
  return [...counts.keys()].map((count) => {
    const line = attainment(costs, count);
    return {
      label: `${count} of ${sets.length} studies`,
      x: line.x.map((value) => sign(x) * value),
      y: line.y.map((value) => sign(y) * value)
    };
  });
}
