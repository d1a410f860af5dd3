import { expectInteger, Random } from '../../core';
import { type Graph, fromEdges } from '../graph';

/** Relations of a family, in the order of their types. The first two are given, the others follow from them. */
export const FAMILY_RELATIONS = ['parentOf', 'marriedTo', 'childOf', 'siblingOf', 'grandparentOf', 'uncleOrAuntOf', 'cousinOf'] as const; // prettier-ignore

/** Options of `graph.generators.family`. */
export interface FamilyOptions {
  /** Founding couples. Default 4. */
  couples?: number;
  /** Generations after the founders. Default 3. */
  generations?: number;
  /** Children of each couple. Default 3. */
  children?: number;
  /** Default 0. */
  seed?: number;
}

/** A knowledge graph of families, with what follows from what. */
export interface FamilyGraph {
  /** Persons, directed edges with the number of their relation as type; a node's type is its generation. */
  graph: Graph;
  relations: typeof FAMILY_RELATIONS;
  /** Whether each edge, as the graph numbers them, is one of the facts that all others follow from (parents and marriages). */
  isGiven: boolean[];
}

/**
 * Knowledge graph of families: couples have children, who marry someone from another family of their generation while there is one. Parents and marriages are drawn; that someone is a child, sibling, grandparent,
 * uncle or aunt (by blood), or cousin follows from them by composition, so that a model that has learned the rules answers what it has never seen.
 */
export function family(options: FamilyOptions = {}): FamilyGraph {
  const where = 'graph.generators.family';
  const { couples = 4, generations = 3, children = 3, seed = 0 } = options;
  expectInteger(where, 'couples', couples, 1);
  expectInteger(where, 'generations', generations, 1);
  expectInteger(where, 'children', children, 1);
  const { parents, marriages, generation } = grow(couples, generations, children, Random.fromSeed(seed).child(where));
  const count = generation.length;
  const childrenOf: number[][] = generation.map(() => []);
  parents.forEach(([parent, child]) => childrenOf[parent].push(child));
  const parentsOf: number[][] = generation.map(() => []);
  parents.forEach(([parent, child]) => parentsOf[child].push(parent));
  const all = generation.map((_, person) => person);
  const through = (from: readonly number[], step: readonly (readonly number[])[]): number[] =>
    [...new Set(from.flatMap((person) => step[person]))]; // prettier-ignore
  const siblings = all.map((p) => through(parentsOf[p], childrenOf).filter((other) => other !== p));
  const derived: number[][][] = [
    parentsOf,
    siblings,
    all.map((p) => through(childrenOf[p], childrenOf)),
    all.map((p) => through(siblings[p], childrenOf)),
    all.map((p) => through(through(parentsOf[p], siblings), childrenOf))
  ];
  const facts = [
    ...parents.map(([a, b]) => [a, b, 0]),
    ...marriages.flatMap(([a, b]) => [[a, b, 1], [b, a, 1]]), // prettier-ignore
    ...derived.flatMap((of, i) => of.flatMap((others, p) => others.map((other) => [p, other, i + 2])))
  ];
  const graph = fromEdges({
    numNodes: count,
    edges: { sources: facts.map(([a]) => a), targets: facts.map(([, b]) => b) },
    edgeTypes: facts.map(([, , type]) => type),
    nodeTypes: generation
  });
  return { graph, relations: FAMILY_RELATIONS, isGiven: Array.from(graph.edgeTypes!, (type) => type < 2) };
}

interface People {
  parents: [number, number][];
  marriages: [number, number][];
  generation: number[];
}

function grow(couples: number, generations: number, children: number, random: Random): People {
  const people: People = { parents: [], marriages: [], generation: new Array<number>(2 * couples).fill(0) };
  let pairs = Array.from({ length: couples }, (_, c): [number, number] => [2 * c, 2 * c + 1]);
  for (let g = 1; g <= generations; g++) {
    people.marriages.push(...pairs);
    const families = pairs.map((pair) =>
      Array.from({ length: children }, () => {
        const child = people.generation.push(g) - 1;
        people.parents.push([pair[0], child], [pair[1], child]);
        return child;
      })
    );
    pairs = marry(families, random.child(g));
  }
  return people;
}

/** Pairs of children of different families; some stay alone. */
function marry(families: readonly (readonly number[])[], random: Random): [number, number][] {
  const own = new Map(families.flatMap((members, f) => members.map((child) => [child, f] as const)));
  const waiting = random.shuffle(families.flat());
  const pairs: [number, number][] = [];
  while (waiting.length > 0) {
    const first = waiting.pop()!;
    const at = waiting.findIndex((other) => own.get(other) !== own.get(first));
    if (at >= 0) {
      pairs.push([first, waiting.splice(at, 1)[0]]);
    }
  }
  return pairs;
}
