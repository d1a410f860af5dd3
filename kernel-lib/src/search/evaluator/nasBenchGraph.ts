import { expectOneOf } from '../../base/core';
import { askPython } from '../../train/data/askPython';
import { categorical, repeated, Space } from '../space';
import type { ArchitectureGraph, Candidate } from '../space';
import type { Evaluate } from './evaluate';
import { tabular } from './tabular';

/** Data sets of NAS-Bench-Graph. */
export const GRAPH_TABLES = [
  'cora',
  'citeseer',
  'pubmed',
  'cs',
  'physics',
  'photo',
  'computers',
  'arxiv',
  'proteins'
] as const;

/** Name of a table of NAS-Bench-Graph. */
export type GraphTable = (typeof GRAPH_TABLES)[number];

/** Where each of the four layers reads from: 0 the input, 1 to 3 a layer before it. */
const LINKS = ['0000', '0001', '0011', '0012', '0013', '0111', '0112', '0122', '0123'];
const OPERATIONS = ['gat', 'gcn', 'gin', 'cheb', 'sage', 'arma', 'graph', 'fc', 'skip'];
const OF_PROTEINS = ['gcn', 'sage', 'arma', 'fc', 'skip'];

/** Options of `nas.nasBenchGraph`. */
export interface NasBenchGraphOptions {
  table: GraphTable;
  /** Rows by hash: validation and test performance, seconds, millions of parameters. Default: those of the installed package. */
  rows?: readonly (readonly [hash: number, validation: number, test: number, latency: number, parameters: number])[];
  /** Python with the package and numpy. Default: the first that has them. */
  python?: string;
}

/**
 * NAS-Bench-Graph (arXiv 2206.09166): whole tables of graph networks of four layers, each of one of nine operations, trained on nine data
 * sets, from the PyPI package `nas-bench-graph`. Candidates that differ in the numbers of their layers are one. An evaluation gives
 * "value" (validation performance), "test", "latency" in seconds and "parameters" in millions; higher values are better.
 *
 * @throws {SwitchyardError} where no Python has the package.
 */
export async function nasBenchGraph({
  table,
  rows,
  python
}: NasBenchGraphOptions): Promise<{ space: Space; evaluate: Evaluate }> {
  expectOneOf('nas.nasBenchGraph', 'table', table, GRAPH_TABLES);
  const operations = table === 'proteins' ? OF_PROTEINS : OPERATIONS;
  const all = rows ?? (await askPython<NonNullable<typeof rows>>(program(table), python));
  const measures = new Map(
    all.map(([hash, validation, test, latency, parameters]) => [
      graphForm(fromHash(hash)),
      { value: validation, test, latency, parameters }
    ])
  );
  const choices = { links: categorical(LINKS), operations: repeated(4, categorical(operations)) };
  const layers = ({ operations: chosen }: Candidate): number =>
    (chosen as string[]).filter((each) => each !== 'skip').length;
  const constraints = [{ name: 'layers that are no skip', of: layers, atLeast: 1 }];
  return {
    space: new Space(choices, { canonical: graphForm, constraints, architecture: graphOf }),
    evaluate: tabular({ rows: measures, key: graphForm })
  };
}

/** Its four layers with what each reads; what nothing reads leads to the output. */
function graphOf({ links, operations }: Candidate): ArchitectureGraph {
  const from = [...(links as string)].map(Number);
  const ends = [1, 2, 3, 4].filter((layer) => !from.includes(layer));
  return {
    nodes: ['input', ...(operations as string[]), 'output'].map((label) => ({ label })),
    edges: [...from.map((node, i) => [node, i + 1] as const), ...ends.map((layer) => [layer, 5] as const)]
  };
}

interface Layer {
  readonly operation: string;
  readonly inner: readonly Layer[];
}

/**
 * A tree of layers without their numbers: of each its operation, and in order the forms of those that read from it. A skip passes on what
 * it reads, so it is left out, but where it is the last of several that read the same and something lies before it.
 */
function graphForm({ links, operations }: Candidate): string {
  const readers = (node: number): Layer[] =>
    [1, 2, 3, 4]
      .filter((layer) => Number((links as string)[layer - 1]) === node)
      .map((layer) => ({ operation: (operations as string[])[layer - 1], inner: readers(layer) }));
  return formOf(withoutSkips(readers(0), true));
}

/** @param isInput - True where nothing but skips lies before. */
function withoutSkips(layers: readonly Layer[], isInput: boolean): readonly Layer[] {
  const at = layers.findIndex(
    ({ operation, inner }) => operation === 'skip' && (inner.length > 0 || layers.length === 1 || isInput)
  );
  if (at >= 0) {
    const { inner } = layers[at];
    return withoutSkips([...layers.slice(0, at), ...inner, ...layers.slice(at + 1)], isInput);
  }
  return layers.map(({ operation, inner }) => ({
    operation,
    inner: withoutSkips(inner, isInput && operation === 'skip')
  }));
}

function formOf(layers: readonly Layer[]): string {
  return layers
    .map(({ operation, inner }) => `${operation}(${formOf(inner)})`)
    .sort()
    .join('');
}

/** Digits of a hash are operations by number, in the table of five operations too. */
function fromHash(hash: number): Candidate {
  const digits = [0, 1, 2, 3].map((i) => Math.floor(hash / 10 ** (3 - i)) % 10);
  return { links: LINKS[Math.floor(hash / 10 ** 4)], operations: digits.map((digit) => OPERATIONS[digit]) };
}

function program(table: string): string {
  return [
    'import json, nas_bench_graph',
    `bench = nas_bench_graph.light_read("${table}")`,
    'print(json.dumps([[k, *(float(v[n]) for n in ("valid_perf", "perf", "latency", "para"))] for k, v in bench.items()]))'
  ].join('\n');
}
