import { fail } from '../../../base/core';
import { fromEdges } from '../../../base/graph';
import type { NamedGraph } from './assemble';
import { linesOf } from './textLines';

/** Nouns of WordNet: a node for each set of synonyms. */
export interface WordNetNouns extends NamedGraph {
  /** Synonyms of each node. */
  words: string[][];
  /** Definition of each node, with its examples. */
  glosses: string[];
}

/** Lexicographers' files of nouns, by their numbers from 3. */
const FILES = ['Tops', 'act', 'animal', 'artifact', 'attribute', 'body', 'cognition', 'communication', 'event', 'feeling', 'food', 'group', 'location', 'motive', 'object', 'person', 'phenomenon', 'plant', 'possession', 'process', 'quantity', 'relation', 'shape', 'state', 'substance', 'time']; // prettier-ignore
const HYPERNYMS = new Map([['@', 0], ['@i', 1]]); // prettier-ignore

/**
 * Nouns from WordNet's `data.noun`: an edge leads from what is more special to what is more general, of type "hypernym", or "instance hypernym" of a name; a node's type is the lexicographers' file that it is in, its name its offset.
 *
 * @throws {SwitchyardError} where a line is none of WordNet's, or leads to what is not there.
 */
export function wordNetNouns(where: string, file: string): WordNetNouns {
  const parsed = linesOf(file)
    .filter((line) => !line.startsWith('  '))
    .map((line, i) => {
      const bar = line.indexOf(' | ');
      const cells = (bar < 0 ? line : line.slice(0, bar)).trim().split(' ');
      const count = parseInt(cells[3], 16);
      const pointers = 4 + 2 * count;
      const [type, numPointers] = [Number(cells[1]) - 3, Number(cells[pointers])];
      if (!(type in FILES) || cells[2] !== 'n' || cells.length < pointers + 1 + 4 * numPointers) {
        fail(where, `set ${i + 1} of synonyms must be a line of WordNet's data.noun`, line.slice(0, 80));
      }
      const words = Array.from({ length: count }, (_, at) => cells[4 + 2 * at].replaceAll('_', ' '));
      const up = Array.from({ length: numPointers }, (_, at) => cells.slice(pointers + 1 + 4 * at)).flatMap(([symbol, to]) => { const kind = HYPERNYMS.get(symbol); return kind === undefined ? [] : [{ to, kind }]; }); // prettier-ignore
      return { name: cells[0], type, words, gloss: bar < 0 ? '' : line.slice(bar + 3).trim(), up };
    });
  const numbers = new Map(parsed.map(({ name }, i) => [name, i]));
  const edges = parsed.flatMap(({ name, up }, from) => up.map(({ to, kind }) => ({ from, to: numbers.get(to) ?? fail(where, `${name} must lead to sets of synonyms that are there`, to), kind }))); // prettier-ignore
  const graph = fromEdges({
    numNodes: parsed.length,
    edges: { sources: edges.map(({ from }) => from), targets: edges.map(({ to }) => to) },
    edgeTypes: edges.map(({ kind }) => kind),
    nodeTypes: parsed.map(({ type }) => type)
  });
  return {
    ...{ graph, names: parsed.map(({ name }) => name), nodeTypeNames: FILES, edgeTypeNames: ['hypernym', 'instance hypernym'] }, // prettier-ignore
    ...{ words: parsed.map(({ words }) => words), glosses: parsed.map(({ gloss }) => gloss) }
  };
}
