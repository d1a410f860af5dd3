import { expectInteger, given, Random } from '../../core';
import { type Formula, satisfy } from '../formulas';

/** Options of `graph.generators.satPairs`. */
export interface SatPairsOptions {
  /** Variables of a formula, n, 2 or more. */
  variables: number;
  /** Default 0. */
  seed?: number;
}

/** Two formulas that differ in one literal. */
export interface SatPair {
  unsatisfiable: Formula;
  satisfiable: Formula;
}

/**
 * Pair of formulas of SR(n) (NeuroSAT, arXiv 1802.03685): clauses of one, two or more drawn variables, each negated by chance, until none satisfies them all; turning one literal of the last round makes the other, which can be satisfied.
 * Nothing that is counted tells the two apart. A solver says which is which.
 *
 * @throws {SwitchyardError} where there are less than two variables.
 */
export function satPairs(options: SatPairsOptions): SatPair {
  const where = 'graph.generators.satPairs';
  const { variables, seed = 0 } = given(where, options);
  expectInteger(where, 'variables', variables, 2);
  const next = Random.fromSeed(seed).child(where).generator();
  const clauses: number[][] = [];
  for (;;) {
    // One or two, and a geometric number more.
    let size = next() < 0.3 ? 1 : 2;
    while (next() > 0.4) {
      size++;
    }
    const all = Array.from({ length: variables }, (_, v) => v + 1);
    const clause = Array.from({ length: Math.min(size, variables) }, () => all.splice(Math.floor(next() * all.length), 1)[0]).map((v) => (next() < 0.5 ? -v : v)); // prettier-ignore
    clauses.push(clause);
    if (satisfy({ variables, clauses }) === null) {
      const turned = [-clause[0], ...clause.slice(1)];
      return { unsatisfiable: { variables, clauses }, satisfiable: { variables, clauses: [...clauses.slice(0, -1), turned] } }; // prettier-ignore
    }
  }
}
