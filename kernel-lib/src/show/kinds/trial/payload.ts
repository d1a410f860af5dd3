import { fail } from '../../../base/core';
import { nonDominated } from '../../../base/math';
import type { Architecture, Trial, TrialObjective, TrialParameter, TrialPayload } from '../../../protocol';
import type { ArchitectureGraph } from '../../../search';
import { still } from '../../envelope';
import { architecture as drawn } from './architecture';

/** A trial of a study. */
export interface StudyTrial {
  /** Number in the study. Default: its place in the list. */
  number?: number;
  /** Default "complete". */
  state?: Trial['state'];
  /** Candidate: a value by the label of each choice. */
  parameters: Readonly<Record<string, TrialParameter>>;
  /** The value of each objective, or of the only one; NaN or null where it is not known. Default: none is. */
  values?: number | readonly (number | null)[];
  /** Values of the first objective on the way: pairs of step and value. */
  intermediate?: readonly (readonly [step: number, value: number | null])[];
  /** Seconds that it took. */
  duration?: number;
  /** Number of the trial that it was made from. */
  parent?: number;
  /** Most that was spent on it, such as steps, those of its parent included: its rung. */
  resource?: number;
  /** Its network as a graph: `space.architecture(point)`. Default: none is drawn. */
  architecture?: ArchitectureGraph | Architecture | null;
}

/** Options of `show.trial`. */
export interface TrialOptions {
  /** Name of the study. Default "study". */
  study?: string;
  /** Objectives. Default `[{ name: 'value', unit: '', better: 'lower' }]`. */
  objectives?: readonly (Pick<TrialObjective, 'name' | 'better'> & Partial<TrialObjective>)[];
  /** Title for people. Default: the study and the number of its trials. */
  title?: string;
}

const WHERE = 'show.trial';

/**
 * The trials of a search as a payload: `show.payload(show.trial(trials, { objectives: [{ name: 'loss', better: 'lower' }] }))`.
 * Best is the complete trial with the best value, or with several objectives each that no other beats in all of them.
 *
 * @throws {SwitchyardError} where a trial has not a value for each objective, or two trials have one number.
 */
export function trial(
  trials: readonly StudyTrial[],
  { study = 'study', objectives = [{ name: 'value', better: 'lower' }], title }: TrialOptions = {}
): TrialPayload {
  const goals = objectives.map((objective): TrialObjective => ({ unit: '', ...objective }));
  const whole = trials.map((each, i) => wholeTrial(each, i, goals.length)).sort((a, b) => a.number - b.number);
  const twice = whole.find(({ number }, i) => i > 0 && number === whole[i - 1].number);
  if (twice !== undefined) {
    fail(WHERE, 'each trial must have a number of its own', twice.number);
  }
  const architectures = withArchitectures(trials, whole);
  const data = {
    ...{ study, objectives: goals, trials: whole, best: bestOf(whole, goals) },
    ...(architectures.length > 0 && { architectures })
  };
  return still('trial', data, { title: title ?? `${study}, ${trials.length} trials`, step: trials.length });
}

function wholeTrial(given: StudyTrial, place: number, numObjectives: number): Trial {
  const { number = place, state = 'complete', parameters, values, intermediate = [], duration, parent, resource } = given; // prettier-ignore
  const all = typeof values === 'number' ? [values] : (values ?? new Array<null>(numObjectives).fill(null));
  if (all.length !== numObjectives) {
    fail(WHERE, `trial ${number} must have ${numObjectives} values, one for each objective`, all.length);
  }
  return {
    number,
    state,
    parameters: { ...parameters },
    values: all.map(known),
    intermediate: { steps: intermediate.map(([step]) => step), values: intermediate.map(([, value]) => known(value)) },
    duration: duration ?? null,
    parent: parent ?? null,
    ...(resource !== undefined && { resource })
  };
}

/** The architectures of trials, each once; the trials are given their places. */
function withArchitectures(given: readonly StudyTrial[], whole: readonly Trial[]): Architecture[] {
  const byNumber = new Map(whole.map((each) => [each.number, each]));
  const places = new Map<string, number>();
  const architectures: Architecture[] = [];
  given.forEach(({ number, architecture: graph }, i) => {
    if (graph !== undefined && graph !== null) {
      const key = JSON.stringify(graph);
      if (!places.has(key)) {
        places.set(key, architectures.length);
        architectures.push(drawn(graph));
      }
      byNumber.get(number ?? i)!.architecture = places.get(key);
    }
  });
  return architectures;
}

function known(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : value;
}

/** Indices of the complete trials that no other beats: as good in every objective, and better in one. */
function bestOf(trials: readonly Trial[], objectives: readonly TrialObjective[]): number[] {
  const signs = objectives.map(({ better }) => (better === 'lower' ? 1 : -1));
  const costs = trials.map(({ state, values }) =>
    state !== 'complete' || values.includes(null) ? null : values.map((value, o) => signs[o] * (value ?? 0))
  );
  const whole = costs.flatMap((cost, i) => (cost === null ? [] : [i]));
  return nonDominated(whole.map((i) => costs[i]!)).map((place) => whole[place]);
}
