import { expectInteger, fail, matchesPath } from '../../base/core';
import type { SliceSampler } from './sampler';

/** A phase of shrinking. */
export interface ShrinkingPhase {
  /** Steps of the phase; of the last, those that are left. */
  steps: number;
  /** How many of its largest values each dimension may have, by its name or a pattern of names. Those not named keep what they had before. */
  open: Readonly<Record<string, number>>;
}

/** Options of `elastic.progressive`. */
export interface ProgressiveOptions {
  /** Phases, one after the other. */
  phases: readonly ShrinkingPhase[];
  /** Slices of a step. Default 1. */
  count?: number;
}

const WHERE = 'elastic.progressive';

/**
 * Progressive shrinking (once-for-all, arXiv 1908.09791): at first only the largest slice, then phase by phase smaller values of each dimension too; slices
 * are drawn evenly among the values that are open.
 *
 * @throws {SwitchyardError} where there is no phase, and in training where a phase opens what the supernet has not.
 */
export function progressive({ phases, count = 1 }: ProgressiveOptions): SliceSampler {
  expectInteger(WHERE, 'count', count, 1);
  if (phases.length === 0) {
    fail(WHERE, 'there must be a phase', 'none');
  }
  phases.forEach(({ steps, open }, i) => {
    expectInteger(WHERE, `the steps of phase ${i}`, steps, 1);
    Object.entries(open).forEach(([name, most]) => expectInteger(WHERE, `what phase ${i} opens of "${name}"`, most, 1));
  });
  return {
    kind: 'progressive',
    options: { phases, count },
    points: ({ dimensions, largest }, step, random) => {
      const names = phases.flatMap(({ open }) => Object.keys(open));
      const unknown = names.find((pattern) => !dimensions.some(({ name }) => matchesPath([pattern], name)));
      if (unknown !== undefined) {
        fail(WHERE, `phases must open dimensions (${dimensions.map(({ name }) => name).join(', ')})`, unknown);
      }
      const begun = phases.filter((_, i) => i === 0 || step > sum(phases.slice(0, i).map(({ steps }) => steps)));
      const open = begun.flatMap((phase) => Object.entries(phase.open));
      return Array.from({ length: count }, (_, i) => {
        const next = random.child(i).generator();
        const values = dimensions.map(({ name, values: all }) => {
          const [, most = 1] = open.filter(([pattern]) => matchesPath([pattern], name)).at(-1) ?? [];
          const allowed = all.slice(-most);
          return [name, allowed[Math.floor(next() * allowed.length)]] as const;
        });
        return { ...largest, ...Object.fromEntries(values) };
      });
    }
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
