import { expectInteger, expectNumber, given, Random } from '../../../base/core';
import { Names } from './facts';

/** Options of `data.questionTree`. */
export interface QuestionTreeOptions {
  /** Facts that the question needs, all of them. */
  hops: number;
  /** Share of the document over which they lie, 0 (side by side) to 1. */
  spread: number;
  /** Chunks of the document, one for each fact at least. Default 40. */
  chunks?: number;
  /** Default 0. */
  seed?: number;
}

/** A claim of a tree: what it says of its child narrows down what the parent is. */
export interface TreeFact {
  child: string;
  /** Names that the parent may have, the right one among them. */
  candidates: string[];
  /** Chunk of the document that says so. */
  chunk: number;
}

/** A question whose evidence is a tree over the chunks of a document. */
export interface QuestionTree {
  text: string;
  /** Names that the question has: the leaves. */
  leaves: string[];
  /** The root. */
  answer: string;
  /** Facts that are needed, all of them. */
  facts: TreeFact[];
  /** Sentences of each chunk; other chunks say other things. */
  chunks: string[];
  /** Chunks that lie between the first and the last needed one, over all. */
  spread: number;
  /** `hops (1 + spread)`: how hard it is for who reads only some of the chunks. */
  difficulty: number;
}

/**
 * Question over a tree of evidence with a difficulty that is asked for (after MHTS, 2025): a node of the tree follows from its children, of whom each leaves two candidates where there are two, so that all facts are needed, and the
 * question names the leaves and asks for the root. Facts lie in chunks of their own, as far apart as `spread` says.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function questionTree(options: QuestionTreeOptions): QuestionTree {
  const where = 'data.questionTree';
  const { hops, spread, chunks = 40, seed = 0 } = given(where, options);
  expectInteger(where, 'hops', hops, 1);
  expectNumber(where, 'spread', spread, 0, 1);
  expectInteger(where, 'chunks', chunks, hops);
  const random = Random.fromSeed(seed).child(where);
  const next = random.child('tree').generator();
  const names = new Names(random.child('names').generator());
  // Node 0 is the root; each further one is a child of one before. Of three children two would do.
  const nodes = Array.from({ length: hops + 1 }, () => names.draw());
  const parents: number[] = [];
  for (let child = 1; child <= hops; child++) {
    const open = Array.from({ length: child }, (_, node) => node).filter((node) => parents.filter((each) => each === node).length < 2); // prettier-ignore
    parents.push(open[Math.floor(next() * open.length)]);
  }
  const places = placed(hops, spread, chunks, random.child('places').generator());
  const facts = random.child('order').shuffle(parents.map((parent, i) => ({ parent, child: i + 1 }))).map(({ parent, child }, i): TreeFact => {
    const siblings = parents.filter((each) => each === parent).length;
    const candidates = siblings > 1 ? [nodes[parent], names.draw()] : [nodes[parent]];
    return { child: nodes[child], candidates: random.child(`candidates ${i}`).shuffle(candidates), chunk: places[i] };
  }); // prettier-ignore
  const said = new Map(facts.map(({ child, candidates, chunk }) => [chunk, `${child} belongs to ${candidates.join(' or ')}.`])); // prettier-ignore
  const isLeaf = (node: number): boolean => !parents.includes(node);
  const leaves = nodes.filter((_, node) => node > 0 && isLeaf(node));
  const reach = (places[hops - 1] - places[0]) / Math.max(1, chunks - 1);
  return {
    text: `What do ${leaves.join(', ')} belong to in the end?`,
    leaves,
    answer: nodes[0],
    facts,
    chunks: Array.from(
      { length: chunks },
      (_, chunk) => said.get(chunk) ?? `${names.draw()} belongs to ${names.draw()}.`
    ),
    spread: reach,
    difficulty: hops * (1 + reach)
  };
}

/**
 * Root of a tree as it follows from some of its facts, or null: a node is known where its children are (leaves are named) and one candidate is left of what they say. A solver, not a reader.
 */
export function rootOf(
  leaves: readonly string[],
  facts: readonly Pick<TreeFact, 'child' | 'candidates'>[]
): string | null {
  const known = new Set(leaves);
  let last: string | null = null;
  for (let found = true; found;) {
    found = false;
    const counts = new Map<string, number>();
    const heard = facts.filter(({ child }) => known.has(child));
    heard.forEach(({ candidates }) => candidates.forEach((name) => counts.set(name, (counts.get(name) ?? 0) + 1)));
    for (const [name, count] of counts) {
      const certain = count > 1 || heard.some(({ candidates }) => candidates.length === 1 && candidates[0] === name);
      if (certain && !known.has(name)) {
        known.add(name);
        last = name;
        found = true;
      }
    }
  }
  return last !== null && !facts.some(({ child }) => child === last) ? last : null;
}

/** Chunks of the facts, ascending: the first and last as far apart as is asked for, the others drawn between. */
function placed(hops: number, spread: number, chunks: number, next: () => number): number[] {
  const length = Math.max(hops, Math.round(spread * (chunks - 1)) + 1);
  const from = Math.floor(next() * (chunks - length + 1));
  const chosen = new Set(hops === 1 ? [0] : [0, length - 1]);
  while (chosen.size < hops) {
    chosen.add(Math.floor(next() * length));
  }
  return [...chosen].sort((a, b) => a - b).map((place) => from + place);
}
