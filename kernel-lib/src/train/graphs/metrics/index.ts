/** @file Measures of ranked links, classes and clusters: `graph.metrics`. */
export { adjustedRand } from './adjustedRand';
export { balancedAccuracy } from './balancedAccuracy';
export { filteredRanks, hitsAtK, meanReciprocalRank, rocAuc } from './ranking';
export type { RankSummary } from './ranking';
export { topologicalCloseness } from './topologicalCloseness';
