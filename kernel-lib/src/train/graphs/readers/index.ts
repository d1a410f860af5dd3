/** @file Graphs from files, objects and what is on the machine: `graph.read`. */
export type { NamedGraph, ReadOptions } from './assemble';
export { edgeList } from './edgeList';
export type { EdgeListOptions } from './edgeList';
export { ogb, planetoid } from './folders';
export type { OgbData } from './folders';
export { graphology, nodeLink } from './json';
export { imports, packages } from './ofMachine';
export { packaged } from './packaged';
export type { PackagedGraphs, PackagedOptions } from './packaged';
export { knowledgeGraph } from './triples';
export type { KnowledgeGraph } from './triples';
export { tuDataset } from './tuDataset';
export type { LabelledGraphs } from './tuDataset';
export type { Counties } from './unitedStates';
export type { WordNetNouns } from './wordNet';
export { gexf, graphML } from './xml';
