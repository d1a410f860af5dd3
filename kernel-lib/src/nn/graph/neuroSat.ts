import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, fail, given, Module, Parameter, Random } from '../../base/core';
import { type Formula, type LiteralClauses, literalClauses, reversedOf, satisfiedClauses } from '../../base/graph';
import { neighbourSum } from '../../base/ops/graph';
import { kMeans } from '../../base/math';
import { Linear, type RecurrentCell } from '../layers';
import { CELLS, type RecurrentState } from '../layers/recurrentCells';

/** Options of `graph.NeuroSat`. */
export interface NeuroSatOptions {
  /** D. */
  width: number;
  /** Rounds of messages, T; a pass may ask for others. Default 8. */
  rounds?: number;
  random: Random;
}

/** Result of a pass. */
export interface SatVotes {
  /** Whether each formula can be satisfied, logits [formulas]. */
  logits: tf.Tensor1D;
  /** Of literals, [literals, D]. */
  literals: tf.Tensor2D;
}

const CELL: RecurrentCell = 'lstm';

/**
 * Solver of satisfiability by messages, learnt from one bit a formula (NeuroSAT, arXiv 1802.03685): literals and clauses hold states of LSTMs, all begin as the same; in each round clauses hear their literals, then literals their clauses and
 * what their negation holds, and in the end the mean vote of the literals says whether the formula can be satisfied. Nothing depends on names: variables, clauses, and a variable and its negation may change places. More rounds than those of
 * training may be asked for; assignments are read off two clusters of the literals.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export class NeuroSat extends Module {
  readonly kind = 'neuro-sat';
  private readonly rounds: number;
  private readonly width: number;
  private readonly starts: Record<'literal' | 'clause', Parameter>;
  private readonly maps: Record<'fromLiteral' | 'fromClause' | 'clauseInput' | 'clauseState' | 'literalInput' | 'literalState' | 'vote' | 'lastVote', Linear>; // prettier-ignore

  constructor(options: NeuroSatOptions) {
    const where = 'graph.NeuroSat';
    const { width, rounds = 8, random } = given(where, options);
    super();
    expectInteger(where, 'width', width, 1);
    expectInteger(where, 'rounds', rounds, 1);
    [this.width, this.rounds] = [width, rounds];
    const axis = Axis.of('width', width).pin('literals and clauses share it');
    const inner = Axis.of('votes', width);
    const gates = Axis.product('gates x width', Axis.fixed(CELLS[CELL].gates.join(', '), CELLS[CELL].gates.length), axis); // prettier-ignore
    const linear = (name: string, from: Axis, to: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, random: random.child(name) }));
    const start = (name: string): Parameter => this.addParameter(name, Parameter.over([axis], (shape) => random.child(name).normal(shape))); // prettier-ignore
    this.starts = { literal: start('literal'), clause: start('clause') };
    this.maps = {
      ...{ fromLiteral: linear('fromLiteral', axis, axis), fromClause: linear('fromClause', axis, axis) },
      ...{ clauseInput: linear('clauseInput', axis, gates), clauseState: linear('clauseState', axis, gates) },
      literalInput: linear('literalInput', Axis.product('clauses, negation x width', Axis.fixed('clauses, negation', 2), axis), gates), // prettier-ignore
      literalState: linear('literalState', axis, gates),
      ...{ vote: linear('vote', axis, inner), lastVote: linear('lastVote', inner, Axis.fixed('vote', 1)) }
    };
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'a solver is of formulas (votes, decode)', 'a tensor');
  }

  /** Votes on formulas. Call it within a tidy. */
  votes({ graph, literals, formulaOf, formulas }: LiteralClauses, ctx: Context, rounds = this.rounds): SatVotes {
    expectInteger('graph.NeuroSat.votes', 'rounds', rounds, 0);
    const clauses = graph.numNodes - literals;
    const through = (name: keyof NeuroSat['maps'], x: tf.Tensor): tf.Tensor2D => this.maps[name].apply(x, ctx.within(name)) as tf.Tensor2D; // prettier-ignore
    const begin = (name: 'literal' | 'clause', count: number): RecurrentState => ({
      output: this.starts[name].read().reshape([1, this.width]).div(Math.sqrt(this.width)).tile([count, 1]) as tf.Tensor2D, // prettier-ignore
      memory: tf.zeros([count, this.width])
    });
    let [literal, clause] = [begin('literal', literals), begin('clause', clauses)];
    const zeros = (count: number): tf.Tensor2D => tf.zeros([count, this.width]);
    for (let round = 0; round < rounds; round++) {
      const sent = tf.concat([through('fromLiteral', literal.output).relu(), zeros(clauses)], 0) as tf.Tensor2D;
      const toClauses = neighbourSum(sent, graph).slice([literals, 0], [clauses, -1]);
      clause = CELLS[CELL].step(through('clauseInput', toClauses), through('clauseState', clause.output), clause);
      const back = tf.concat([zeros(literals), through('fromClause', clause.output).relu()], 0) as tf.Tensor2D;
      const toLiterals = neighbourSum(back, reversedOf(graph)).slice([0, 0], [literals, -1]);
      const heard = tf.concat([toLiterals, negated(literal.output)], 1);
      literal = CELLS[CELL].step(through('literalInput', heard), through('literalState', literal.output), literal);
    }
    const votes = through('lastVote', through('vote', literal.output).relu());
    const counts = new Float32Array(formulas);
    formulaOf.forEach((formula) => counts[formula]++);
    const sums = tf.unsortedSegmentSum(votes, tf.tensor1d(formulaOf, 'int32'), formulas).squeeze<tf.Tensor1D>([1]);
    return { logits: sums.div(tf.tensor1d(counts)), literals: literal.output };
  }

  /** Assignments of each formula's variables that two clusters of its literals stand for: true by either, whichever satisfies more clauses. */
  decode(formulas: readonly Formula[], ctx: Context, rounds = this.rounds): boolean[][] {
    const table = literalClauses(formulas);
    const rows = tf.tidy(() => this.votes(table, ctx, rounds).literals.arraySync());
    let from = 0;
    return formulas.map((formula) => {
      const own = rows.slice(from, from + 2 * formula.variables).map((row) => Float64Array.from(row));
      from += own.length;
      const { members } = kMeans(own, { count: 2, next: Random.fromSeed(0).child('clusters').generator() });
      const tries = members.map((cluster) => Array.from({ length: formula.variables }, (_, v) => cluster.includes(2 * v))); // prettier-ignore
      const [a, b] = tries.map((values) => satisfiedClauses(formula, values));
      return a >= b ? tries[0] : tries[1];
    });
  }
}

/** Values of each literal's negation: rows 2 v and 2 v + 1 change places. */
function negated(x: tf.Tensor2D): tf.Tensor2D {
  const [count, width] = x.shape;
  return tf.reverse(x.reshape([count / 2, 2, width]), 1).reshape([count, width]);
}
