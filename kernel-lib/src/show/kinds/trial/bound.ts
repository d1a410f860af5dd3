import { bestSoFar, MAX_HISTORY_STEPS, MAX_POINTS } from '../../../protocol';
import type { Architecture, Trial, TrialData, TrialParameter, TrialPayload } from '../../../protocol';
import { evenly } from '../../bounds/evenly';
import { fit } from '../../bounds/fit';
import { legal, short } from '../../bounds/labels';
import { omitted } from '../../bounds/omitted';
import { roundScalar } from '../../bounds/rounding';

/** Points that still make a curve. */
const FEW_STEPS = 16;
/** Fewer trials than this say less than the curves that they would cost. */
const FEW_TRIALS = 64;
const MAX_PARAMETERS = 64;
const MAX_ARCHITECTURES = 256;
/** Of these at least the networks are drawn while there are other trials to leave out. */
const FEW_ARCHITECTURES = 24;

/** How much of each trial is kept. */
interface Detail {
  /** Intermediate values. */
  steps: number;
  parameters: number;
  /** Networks. */
  architectures: number;
  text: (label: string) => string;
}

/**
 * Curves and networks are thinned first; then trials go, evenly, but for the best, those that were best when they came, and the
 * newest; then curves, networks and long texts, at last parameters. The networks of the best stay longest, then those of the newest.
 */
export function boundTrial(payload: TrialPayload): TrialPayload {
  const { data } = payload;
  const max = Math.min(MAX_POINTS, data.trials.length);
  const few = Math.min(max, FEW_TRIALS);
  const ranked = rank(data);
  const cut = (least: number, detail: Detail) => ({
    max,
    least,
    keep: (count: number) => withTrials(data, ranked(count), detail)
  });
  return fit(payload, [
    cut(max, { steps: MAX_HISTORY_STEPS, parameters: MAX_PARAMETERS, architectures: MAX_ARCHITECTURES, text: legal }),
    cut(few, { steps: FEW_STEPS, parameters: MAX_PARAMETERS, architectures: FEW_ARCHITECTURES, text: legal }),
    cut(few, { steps: 0, parameters: MAX_PARAMETERS, architectures: 1, text: legal }),
    cut(few, { steps: 0, parameters: MAX_PARAMETERS, architectures: 0, text: legal }),
    cut(Math.min(1, max), { steps: 0, parameters: MAX_PARAMETERS, architectures: 0, text: short }),
    cut(0, { steps: 0, parameters: 0, architectures: 0, text: short })
  ]);
}

/** Which trials to keep, as ascending indices: half for the best and those that once were, a quarter for the newest. */
function rank(data: TrialData): (count: number) => number[] {
  const all = data.trials.map((_, i) => i);
  const curves = data.objectives.map((_, objective) => bestSoFar(data, objective));
  const best = new Set(data.best);
  const improved = all.filter((i) => !best.has(i) && curves.some((curve) => curve[i] !== (curve[i - 1] ?? null)));
  return (count) => {
    const kept = new Set(some(data.best, Math.ceil(count / 2)));
    const add = (from: readonly number[], most: number): void => some(from, most).forEach((i) => kept.add(i));
    add(improved, Math.ceil(count / 2) - kept.size);
    add(all.slice(all.length - Math.floor(count / 4)), Math.floor(count / 4));
    const rest = all.filter((i) => !kept.has(i));
    add(rest, count - kept.size);
    return [...kept].sort((a, b) => a - b);
  };
}

function some(from: readonly number[], count: number): number[] {
  return evenly(from.length, Math.max(0, count)).map((i) => from[i]);
}

function withTrials(data: TrialData, kept: readonly number[], detail: Detail): TrialData {
  const place = new Map(kept.map((index, i) => [index, i]));
  const drawn = drawnOf(data, kept, detail.architectures);
  const trials = kept.map((i) => cutTrial(data.trials[i], detail, drawn));
  const all = data.architectures ?? [];
  const known = (some: readonly Trial[]): number =>
    some.filter(({ architecture }) => architecture !== undefined).length;
  const undrawn = (data.omittedArchitectures ?? 0) + known(kept.map((i) => data.trials[i])) - known(trials);
  const lost = (size: (trial: Trial) => number): number =>
    kept.reduce((sum, index, i) => sum + size(data.trials[index]) - size(trials[i]), 0);
  const steps = (data.omittedSteps ?? 0) + lost(({ intermediate }) => intermediate.steps.length);
  const parameters = (data.omittedParameters ?? 0) + lost((trial) => Object.keys(trial.parameters).length);
  return {
    study: legal(data.study),
    objectives: data.objectives.map(({ name, unit, better }) => ({
      ...{ name: detail.text(name), unit: detail.text(unit), better }
    })),
    trials,
    ...omitted(data.omitted, data.trials.length - kept.length),
    ...(steps > 0 ? { omittedSteps: steps } : {}),
    ...(parameters > 0 ? { omittedParameters: parameters } : {}),
    ...(drawn.size > 0 ? { architectures: [...drawn.keys()].map((index) => cutArchitecture(all[index], detail)) } : {}),
    ...(undrawn > 0 ? { omittedArchitectures: undrawn } : {}),
    best: data.best.flatMap((index) => place.get(index) ?? [])
  };
}

/** Which architectures to keep, with their new places: those of the best, then of the newest. */
function drawnOf({ trials, best }: TrialData, kept: readonly number[], count: number): Map<number, number> {
  const here = new Set(kept);
  const wanted = [...best.filter((i) => here.has(i)), ...[...kept].reverse()];
  const drawn = new Set<number>();
  for (const i of wanted) {
    const { architecture } = trials[i];
    if (architecture !== undefined && drawn.size < count) {
      drawn.add(architecture);
    }
  }
  return new Map([...drawn].sort((a, b) => a - b).map((index, place) => [index, place]));
}

function cutArchitecture({ nodes, edges, omitted: left }: Architecture, { text }: Detail): Architecture {
  const labelled = nodes.map((node) => ({ ...node, label: text(node.label), detail: text(node.detail) }));
  return { nodes: labelled, edges, ...omitted(left, 0) };
}

function cutTrial(trial: Trial, { steps, parameters, text }: Detail, drawn: ReadonlyMap<number, number>): Trial {
  const { intermediate, resource } = trial;
  const architecture = trial.architecture === undefined ? undefined : drawn.get(trial.architecture);
  const shown = evenly(intermediate.steps.length, steps);
  const labelled = Object.entries(trial.parameters).slice(0, parameters);
  return {
    number: trial.number,
    state: trial.state,
    parameters: Object.fromEntries(labelled.map(([label, value]) => [text(label), rounded(value, text)])),
    values: trial.values.map(roundScalar),
    intermediate: {
      steps: shown.map((i) => intermediate.steps[i]),
      values: shown.map((i) => roundScalar(intermediate.values[i]))
    },
    duration: roundScalar(trial.duration),
    parent: trial.parent,
    ...(resource !== undefined && { resource: roundScalar(resource) ?? 0 }),
    ...(architecture !== undefined && { architecture })
  };
}

function rounded(value: TrialParameter, text: (label: string) => string): TrialParameter {
  return typeof value === 'string' ? text(value) : typeof value === 'number' ? roundScalar(value) : value;
}
