import { expectInteger, fail, given, Random } from '../../base/core';
import type { Graph } from '../../base/graph';

/** Options of `graph.probes.runAsynchronously`. */
export interface AsynchronousOptions {
  /** Values of each node at first, [N][F]. */
  start: readonly (readonly number[])[];
  /** Next values of a node, of all nodes as it sees them: itself as it is, others as they were up to so many updates ago. */
  update: (node: number, seen: readonly (readonly number[])[]) => readonly number[];
  /** Updates of each node. */
  rounds: number;
  /** Updates, of any node, by which what a node sees of another may be late; drawn anew each time. Default 0. */
  delay?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Values of nodes after partially asynchronous updates (arXiv 2407.04494): one node at a time, in an order that is drawn for each round, each seeing others late. Nobody waits for a layer to be through, as in a synchronous pass.
 *
 * @returns [N][F].
 * @throws {SwitchyardError} where there is not a row for each node.
 */
export function runAsynchronously(graph: Graph, options: AsynchronousOptions): number[][] {
  const where = 'graph.probes.runAsynchronously';
  const { start, update, rounds, delay = 0, seed = 0 } = given(where, options);
  expectInteger(where, 'rounds', rounds, 0);
  expectInteger(where, 'delay', delay, 0);
  if (start?.length !== graph.numNodes || typeof update !== 'function') {
    fail(where, `start must be ${graph.numNodes} rows, and update a function`, start?.length);
  }
  const random = Random.fromSeed(seed).child(where);
  const next = random.child('delays').generator();
  const nodes = Array.from({ length: graph.numNodes }, (_, node) => node);
  const past: number[][][] = [start.map((row) => [...row])];
  for (let round = 0; round < rounds; round++) {
    for (const node of random.child(round).shuffle(nodes)) {
      const now = past[past.length - 1];
      const seen = now.map((row, other) => (other === node ? row : past[Math.max(0, past.length - 1 - Math.floor(next() * (delay + 1)))][other])); // prettier-ignore
      const row = [...update(node, seen)];
      past.push(now.map((own, other) => (other === node ? row : own)));
      if (past.length > delay + 1) {
        past.shift();
      }
    }
  }
  return past[past.length - 1];
}

/** How states and messages go together. */
export interface MessageRules {
  /** Message along an edge, of what its source holds. */
  message: (state: number, edge: number) => number;
  /** State of a node after a message. */
  combine: (state: number, message: number) => number;
}

/** Options of `graph.probes.runOnChange`. */
export interface OnChangeOptions extends MessageRules {
  /** State of each node at first, [N]. */
  start: readonly number[];
  /** Messages at most. Default 1,000,000. */
  limit?: number;
  /** Of the order in which messages arrive. Default 0. */
  seed?: number;
}

/** Result of messages that are sent, and their number. */
export interface MessageRun {
  state: number[];
  messages: number;
}

/**
 * Event-driven message passing (asynchronous algorithmic alignment, arXiv 2306.15632): each node sends at first, and then only when what it holds has changed; messages arrive one at a time, in any order. Where messages act
 * commutatively and idempotently and go through edges as they are combined ({@link asynchronyDefects}), it ends as synchronous rounds do.
 *
 * @throws {SwitchyardError} where it does not end within the limit, or there is not a state for each node.
 */
export function runOnChange(graph: Graph, options: OnChangeOptions): MessageRun {
  const where = 'graph.probes.runOnChange';
  const { start, message, combine, limit = 1e6, seed = 0 } = given(where, options);
  const state = checkedStart(where, graph, start);
  const next = Random.fromSeed(seed).child(where).generator();
  const { starts, edges } = graph.outgoing;
  const pending: { edge: number; value: number }[] = [];
  const send = (node: number): void => {
    for (let i = starts[node]; i < starts[node + 1]; i++) {
      pending.push({ edge: edges[i], value: message(state[node], edges[i]) });
    }
  };
  state.forEach((_, node) => send(node));
  let messages = 0;
  while (pending.length > 0) {
    const at = Math.floor(next() * pending.length);
    const { edge, value } = pending[at];
    pending[at] = pending[pending.length - 1];
    pending.pop();
    if (++messages > limit) {
      fail(where, `it must end within ${limit} messages`, messages);
    }
    const target = graph.targets[edge];
    const after = combine(state[target], value);
    if (!Object.is(after, state[target])) {
      state[target] = after;
      send(target);
    }
  }
  return { state, messages };
}

/**
 * Synchronous message passing: in each round every edge carries a message of what its source held before, until a round changes nothing.
 *
 * @throws {SwitchyardError} where it does not end within so many rounds, or there is not a state for each node.
 */
export function runInRounds(
  graph: Graph,
  options: MessageRules & { start: readonly number[]; rounds?: number }
): MessageRun {
  const where = 'graph.probes.runInRounds';
  const { start, message, combine, rounds = 10_000 } = given(where, options);
  let state = checkedStart(where, graph, start);
  for (let round = 1; round <= rounds; round++) {
    const after = [...state];
    graph.targets.forEach((target, edge) => (after[target] = combine(after[target], message(state[graph.sources[edge]], edge)))); // prettier-ignore
    if (after.every((value, node) => Object.is(value, state[node]))) {
      return { state, messages: round * graph.numEdges };
    }
    state = after;
  }
  return fail(where, `it must end within ${rounds} rounds`, rounds);
}

/** Which conditions of asynchronous execution are broken. */
export type AsynchronyDefect = 'order' | 'repetition' | 'edges';

/**
 * Conditions under which event-driven messages end as synchronous rounds do, tried on values: that two messages may come in either order ("order"), that one may come twice ("repetition"), and that what an edge makes of two combined is
 * what it makes of each, combined ("edges": the cocycle condition where states act as messages). Names those that are broken; none found is no proof.
 */
export function asynchronyDefects({
  message,
  combine,
  values,
  tolerance = 1e-9
}: MessageRules & { values: readonly number[]; tolerance?: number }): AsynchronyDefect[] {
  const differ = (a: number, b: number): boolean => Math.abs(a - b) > tolerance * Math.max(1, Math.abs(a), Math.abs(b));
  const found = new Set<AsynchronyDefect>();
  for (const s of values) {
    for (const m of values) {
      const after = combine(s, m);
      if (differ(combine(after, m), after)) {
        found.add('repetition');
      }
      if (differ(message(after, 0), combine(message(s, 0), message(m, 0)))) {
        found.add('edges');
      }
      if (values.some((n) => differ(combine(after, n), combine(combine(s, n), m)))) {
        found.add('order');
      }
    }
  }
  return (['order', 'repetition', 'edges'] as const).filter((each) => found.has(each));
}

function checkedStart(where: string, graph: Graph, start: readonly number[]): number[] {
  return start?.length === graph.numNodes ? [...start] : fail(where, `start must be ${graph.numNodes} in number`, start?.length); // prettier-ignore
}
