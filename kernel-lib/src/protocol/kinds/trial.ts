import {
  checkArray,
  checkInteger,
  checkNumber,
  checkNumeric,
  checkObject,
  checkOneOf,
  checkText,
  refuse
} from '../checks';
import { checkArchitecture } from '../architecture';
import type { Architecture } from '../architecture';
import type { Check } from '../checks';
import type { Envelope } from '../envelope';
import { MAX_HISTORY_STEPS, MAX_POINTS } from '../limits';
import type { Count, Magnitude, Numeric, Text } from '../numbers';
import { checkSteps } from '../scalars';
import { checkOmitted } from '../tables';

/** The trials of a search, and the best of them. */
export type TrialPayload = Envelope<'trial', TrialData>;

/** Data of a payload of a study: its trials and the best of them. */
export interface TrialData {
  /** Name of the study that the trials belong to. */
  study: Text;
  /**
   * Objectives that are minimised or maximised; O.
   * @minItems 1
   * @maxItems 8
   */
  objectives: TrialObjective[];
  /**
   * The trials by number, ascending.
   * @maxItems 1024
   */
  trials: Trial[];
  /** Trials left out because they would not fit; absent where none is. The newest, the best and an even sample of the others stay. */
  omitted?: Count;
  /** Intermediate values left out of the trials that are here; absent where none is. */
  omittedSteps?: Count;
  /** Parameters left out of the trials that are here; absent where none is. */
  omittedParameters?: Count;
  /**
   * Networks of trials, each once; absent where none is known.
   * @maxItems 256
   */
  architectures?: Architecture[];
  /** Trials that are here, and whose architecture was left out; absent where none is. */
  omittedArchitectures?: Count;
  /** Indices of the best trials: one where there is one objective (more where they are equal), else the front that none beats. */
  best: Count[];
}

/** Objective of a study: its name, its unit, and which way is better. */
export interface TrialObjective {
  name: Text;
  /** Empty where there is none. */
  unit: Text;
  better: 'lower' | 'higher';
}

/** Trial of a study: its candidate, its state and its values. */
export interface Trial {
  /** Number in the study, from 0. */
  number: Count;
  state: 'running' | 'complete' | 'pruned' | 'failed';
  /**
   * Candidate that was tried: a value by the label of each choice.
   * @maxProperties 64
   */
  parameters: Record<string, TrialParameter>;
  /** Value of each objective, null where it is not known; O. */
  values: Numeric[];
  /** Values of the first objective on the way. */
  intermediate: TrialSteps;
  /** Seconds that it took so far; null where unknown. */
  duration: Magnitude | null;
  /** Number of the trial that it was made from; null where there is none. */
  parent: Count | null;
  /** Spent on it at most, such as steps, those of its parent included: its rung. Absent where nothing is said. */
  resource?: Magnitude;
  /** Index of its network in `architectures`; absent where that is not known, or left out. */
  architecture?: Count;
}

/** Parameter of a trial by its label. */
export type TrialParameter = Text | Numeric | boolean;

/** Intermediate values of a trial over its steps. */
export interface TrialSteps {
  /**
   * Ascending; S <= 512.
   * @maxItems 512
   */
  steps: Count[];
  /** S. */
  values: Numeric[];
}

const MAX_OBJECTIVES = 8;
const MAX_PARAMETERS = 64;
const MAX_ARCHITECTURES = 256;
const STATES = ['running', 'complete', 'pruned', 'failed'];

/** Checks the data of a trial payload. */
export function checkTrial(value: unknown, path: string): void {
  const data = checkObject(value, path);
  checkText(data.study, `${path}.study`);
  const objectives = checkArray(data.objectives, `${path}.objectives`, { min: 1, max: MAX_OBJECTIVES });
  objectives.forEach((objective, i) => checkObjective(objective, `${path}.objectives[${i}]`));
  let last = -1;
  const { architectures = [] } = data;
  const drawn = checkArray(architectures, `${path}.architectures`, { max: MAX_ARCHITECTURES, item: checkArchitecture });
  const trial: Check = (item, at) => {
    last = checkOne(item, at, objectives.length, last);
    checkRung(item as Trial, at, drawn.length);
  };
  const trials = checkArray(data.trials, `${path}.trials`, { max: MAX_POINTS, item: trial }).length;
  const index: Check = (item, at) => checkInteger(item, at, 0, trials - 1);
  checkArray(data.best, `${path}.best`, { max: trials, item: index });
  for (const name of ['omitted', 'omittedSteps', 'omittedParameters', 'omittedArchitectures']) {
    checkOmitted(data[name], `${path}.${name}`);
  }
}

function checkObjective(value: unknown, path: string): void {
  const { name, unit, better } = checkObject(value, path);
  checkText(name, `${path}.name`);
  checkText(unit, `${path}.unit`);
  checkOneOf(better, `${path}.better`, ['lower', 'higher']);
}

/** One trial, whose number is above `last`; returns its number. */
function checkOne(value: unknown, path: string, objectives: number, last: number): number {
  const trial = checkObject(value, path);
  const number = checkInteger(trial.number, `${path}.number`, 0);
  if (number <= last) {
    refuse(`${path}.number`, `must be greater than ${last}, the number before`, number);
  }
  checkOneOf(trial.state, `${path}.state`, STATES);
  checkParameters(trial.parameters, `${path}.parameters`);
  const numeric: Check = (item, at) => checkNumeric(item, at);
  checkArray(trial.values, `${path}.values`, { length: objectives, item: numeric });
  const { steps, values } = checkObject(trial.intermediate, `${path}.intermediate`);
  const length = checkSteps(steps, `${path}.intermediate.steps`, MAX_HISTORY_STEPS);
  checkArray(values, `${path}.intermediate.values`, { length, item: numeric });
  checkNumeric(trial.duration, `${path}.duration`, 0);
  if (trial.parent !== null) {
    checkInteger(trial.parent, `${path}.parent`, 0, number - 1);
  }
  return number;
}

function checkRung(
  { resource, architecture }: { resource?: unknown; architecture?: unknown },
  path: string,
  drawn: number
): void {
  if (resource !== undefined) {
    checkNumber(resource, `${path}.resource`, 0);
  }
  if (architecture !== undefined) {
    checkInteger(architecture, `${path}.architecture`, 0, drawn - 1);
  }
}

function checkParameters(value: unknown, path: string): void {
  const entries = Object.entries(checkObject(value, path));
  if (entries.length > MAX_PARAMETERS) {
    refuse(path, `must have at most ${MAX_PARAMETERS} labels`, entries.length);
  }
  for (const [label, entry] of entries) {
    const at = `${path}[${JSON.stringify(label)}]`;
    checkText(label, at);
    if (typeof entry === 'string') {
      checkText(entry, at);
    } else if (typeof entry === 'number') {
      checkNumber(entry, at);
    } else if (typeof entry !== 'boolean' && entry !== null) {
      refuse(at, 'must be a text, a number, true, false or null', entry);
    }
  }
}

/** The best value of an objective up to each trial, in their order; null before the first. Only complete trials count. */
export function bestSoFar({ objectives, trials }: TrialData, objective = 0): Numeric[] {
  const sign = objectives[objective].better === 'lower' ? 1 : -1;
  let best: Numeric = null;
  return trials.map(({ state, values }) => {
    const value = state === 'complete' ? values[objective] : null;
    best = value === null || (best !== null && sign * best <= sign * value) ? best : value;
    return best;
  });
}
