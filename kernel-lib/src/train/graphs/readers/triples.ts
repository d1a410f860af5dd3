import { existsSync } from 'fs';
import * as path from 'path';
import { fail } from '../../../base/core';
import { fromEdges, keepEdges, type Graph } from '../../../base/graph';
import type { NamedGraph } from './assemble';
import { linesOf } from './textLines';

/** A knowledge graph: names of entities are those of nodes, and of relations those of types of edges. */
export interface KnowledgeGraph extends NamedGraph {
  /** The graph of the training triples alone: what messages may be passed on. */
  training: Graph;
  /** Numbers of the edges of each part. */
  split: { train: Int32Array; validation: Int32Array; test: Int32Array };
}

/**
 * Knowledge graph from a folder of `train.txt`, `valid.txt` and `test.txt`, lines of a subject, a relation and an object with tabs between them, as FB15k, WN18, UMLS and their like have them. Edges lead from subject to object;
 * entities and relations are numbered by their names.
 *
 * @throws {SwitchyardError} where a file is missing or a line is no triple.
 */
export function knowledgeGraph(folder: string): KnowledgeGraph {
  const where = 'graph.read.knowledgeGraph';
  const parts = ['train.txt', 'valid.txt', 'test.txt'].map((name) => {
    const file = [`${name}.gz`, name].map((each) => path.join(folder, each)).find((each) => existsSync(each));
    return file === undefined ? fail(where, `the folder must have ${name}(.gz)`, folder) : linesOf(file).map((line, i) => {
      const cells = line.split('\t').map((cell) => cell.trim());
      return cells.length === 3 && cells.every((cell) => cell !== '') ? cells : fail(where, `line ${i + 1} of ${name} must be subject, relation and object with tabs between`, line); // prettier-ignore
    }); // prettier-ignore
  });
  const triples = parts.flat();
  const numbered = (values: string[]): [string[], Map<string, number>] => {
    const names = [...new Set(values)].sort();
    return [names, new Map(names.map((name, i) => [name, i]))];
  };
  const [names, entities] = numbered(triples.flatMap(([subject, , object]) => [subject, object]));
  const [edgeTypeNames, relations] = numbered(triples.map(([, relation]) => relation));
  const graph = fromEdges({
    numNodes: names.length,
    edges: triples.map(([subject, , object]) => [entities.get(subject)!, entities.get(object)!] as const),
    edgeTypes: triples.map(([, relation]) => relations.get(relation)!)
  });
  const ends = [parts[0].length, parts[0].length + parts[1].length];
  const partOf = (edge: number): number => ends.filter((end) => graph.given[edge] >= end).length;
  const [train, validation, test] = [0, 1, 2].map((part) => graph.incoming.edges.filter((edge) => partOf(edge) === part)); // prettier-ignore
  const training = keepEdges(where, graph, (edge) => partOf(edge) === 0);
  return { graph, names, nodeTypeNames: [], edgeTypeNames, training, split: { train, validation, test } };
}
