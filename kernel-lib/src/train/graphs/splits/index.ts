/** @file Parts for training, validation and test that know nothing of each other: `graph.splits`. */
export { graphs, nodes } from './items';
export type { ItemSplit, ItemSplitOptions } from './items';
export { links } from './links';
export type { LinkPart, LinkSplit, LinkSplitOptions } from './links';
export { negatives } from './negatives';
export type { NegativeOptions } from './negatives';
export type { Pair } from './pairSpace';
export type { SplitShares } from './shares';
