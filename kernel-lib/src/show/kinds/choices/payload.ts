import { fail } from '../../../base/core';
import type { Choice, ChoicesPayload } from '../../../protocol';
import { still } from '../../envelope';

/** A choice with its options, to be shown. */
export interface ShownChoice {
  label: string;
  /** Default: it has none. */
  value?: number | null;
  options?: readonly { label: string | number | boolean | null; value?: number | null; count?: number }[];
}

/** How often a training trained the slices of a supernet: `elastic.coverage`. */
export interface ShownCoverage {
  readonly steps: number;
  readonly trained: number;
  readonly possible: number;
  readonly dimensions: readonly { name: string; options: readonly { value: number; count: number }[] }[];
  readonly slices: readonly { point: Readonly<Record<string, number>>; count: number }[];
}

/** Importance of the choices of a search: `nas.importance`. */
export interface ShownImportance {
  readonly method: string;
  readonly objective: string;
  readonly choices: readonly {
    label: string;
    importance: number;
    options: readonly { label: string; mean: number | null; count: number }[];
  }[];
}

/** Options of `show.choices`. */
export interface ChoicesOptions {
  /** Meaning of a choice's value. Default "value". */
  measure?: string;
  /** Meaning of an option's value. Default "value". */
  outcome?: string;
  /** How the numbers were made. Default: nothing is said. */
  method?: string;
  /** Title for people. Default: what it is of. */
  title?: string;
}

/** Slices that stand as options of their own. */
const MOST_SLICES = 64;

/**
 * The choices of a search or a supernet with their numbers, as a payload: `show.payload(show.choices(await nas.importance(...)))`,
 * `show.choices(elastic.coverage(...))`, or of any choices.
 *
 * @throws {SwitchyardError} where there is no choice.
 */
export function choices(
  of: ShownCoverage | ShownImportance | readonly ShownChoice[],
  options: ChoicesOptions = {}
): ChoicesPayload {
  const described = 'dimensions' in of ? coverageOf(of) : 'choices' in of ? importanceOf(of) : { choices: of };
  const { measure = 'value', outcome = 'value', method = '', title = 'choices' } = { ...described.words, ...options };
  if (described.choices.length === 0) {
    fail('show.choices', 'there must be a choice', 'none');
  }
  return still('choices', { measure, outcome, method, choices: described.choices.map(whole) }, { title });
}

interface Described {
  choices: readonly ShownChoice[];
  words?: ChoicesOptions;
}

/** Shares of the slices trained, dimension by dimension, and of single slices where they are few. */
function coverageOf({ steps, trained, possible, dimensions, slices }: ShownCoverage): Described {
  const share = (count: number): number => count / trained;
  const ofDimensions = dimensions.map(({ name, options }) => ({
    label: name,
    options: options.map(({ value, count }) => ({ label: value, value: share(count), count }))
  }));
  const single = slices.map(({ point, count }) => ({
    label: Object.values(point).join(' · '),
    ...{ value: share(count), count }
  }));
  const seen = `${slices.length} of ${possible} slices trained at least once`;
  return {
    choices: [...ofDimensions, ...(slices.length <= MOST_SLICES ? [{ label: 'slice', options: single }] : [])],
    words: {
      ...{ measure: '', outcome: 'share of slices trained' },
      ...{ method: `${steps} steps, ${trained} slices; ${seen}`, title: 'coverage of a supernet' }
    }
  };
}

function importanceOf({ method, objective, choices: all }: ShownImportance): Described {
  return {
    choices: all.map(({ label, importance, options }) => ({
      ...{ label, value: importance },
      options: options.map(({ label: name, mean, count }) => ({ label: name, value: mean, count }))
    })),
    words: { ...{ measure: 'importance', outcome: `mean ${objective}`, method }, title: `what ${objective} depends on` }
  };
}

function whole({ label, value = null, options = [] }: ShownChoice): Choice {
  const known = (number: number | null): number | null => (number === null || !Number.isFinite(number) ? null : number);
  return {
    ...{ label, value: known(value) },
    options: options.map((each) => ({
      label: String(each.label),
      ...{ value: known(each.value ?? null), count: each.count ?? 0 }
    }))
  };
}
