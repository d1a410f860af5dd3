import { expectInteger, fail } from '../core';
import { type Graph, fromEdges } from './graph';

/** A formula in conjunctive normal form. */
export interface Formula {
  /** n, 1 or more. */
  variables: number;
  /** Literals of each clause: v + 1 for variable v, -(v + 1) for its negation. */
  clauses: readonly (readonly number[])[];
}

/** Formulas as one graph of literals and clauses, with an edge from each literal to each clause that has it. */
export interface LiteralClauses {
  /** Nodes are all literals, then all clauses. */
  graph: Graph;
  /** Number of literals: of each formula those of variable v at 2 v and, negated, at 2 v + 1. */
  literals: number;
  /** Formula of each literal. */
  formulaOf: Int32Array;
  formulas: number;
}

/**
 * Graph of the literals and clauses of formulas, all beside each other.
 *
 * @throws {SwitchyardError} where there is no formula, or a literal is of no variable.
 */
export function literalClauses(formulas: readonly Formula[]): LiteralClauses {
  const where = 'graph.literalClauses';
  if (formulas.length === 0) {
    fail(where, 'there must be a formula', 'none');
  }
  formulas.forEach(({ variables }) => expectInteger(where, 'variables', variables, 1));
  const starts = formulas.map((_, i) => formulas.slice(0, i).reduce((sum, { variables }) => sum + 2 * variables, 0));
  const literals = formulas.reduce((sum, { variables }) => sum + 2 * variables, 0);
  const edges: [number, number][] = [];
  let clause = literals;
  formulas.forEach(({ variables, clauses }, i) =>
    clauses.forEach((of) => {
      of.forEach((literal) => {
        if (!Number.isInteger(literal) || literal === 0 || Math.abs(literal) > variables) {
          fail(where, `literals of formula ${i} must be 1..${variables} or their negatives`, literal);
        }
        edges.push([starts[i] + 2 * (Math.abs(literal) - 1) + Number(literal < 0), clause]);
      });
      clause++;
    })
  );
  const formulaOf = Int32Array.from(formulas.flatMap(({ variables }, i) => new Array<number>(2 * variables).fill(i)));
  return { graph: fromEdges({ numNodes: clause, edges }), literals, formulaOf, formulas: formulas.length };
}

/** Number of clauses that an assignment satisfies. */
export function satisfiedClauses({ clauses }: Formula, values: readonly boolean[]): number {
  return clauses.filter((clause) => clause.some((literal) => values[Math.abs(literal) - 1] === literal > 0)).length;
}

/** Assignment that satisfies all clauses, or null where there is none: by trying, with clauses of one literal first (Davis, Putnam, Logemann and Loveland). */
export function satisfy({ variables, clauses }: Formula): boolean[] | null {
  const found = search(clauses, new Map());
  return found && Array.from({ length: variables }, (_, v) => found.get(v + 1) ?? false);
}

function search(clauses: readonly (readonly number[])[], known: Map<number, boolean>): Map<number, boolean> | null {
  if (clauses.length === 0) {
    return known;
  }
  if (clauses.some((clause) => clause.length === 0)) {
    return null;
  }
  const unit = clauses.find((clause) => clause.length === 1);
  const [literal] = unit ?? clauses[0];
  for (const chosen of unit === undefined ? [literal, -literal] : [literal]) {
    const left = clauses.filter((clause) => !clause.includes(chosen)).map((clause) => clause.filter((each) => each !== -chosen)); // prettier-ignore
    const found = search(left, new Map(known).set(Math.abs(chosen), chosen > 0));
    if (found !== null) {
      return found;
    }
  }
  return null;
}
