/** @file Measures of ranked links: `graph.metrics`. */
export { balancedAccuracy } from './balancedAccuracy';
export { filteredRanks, hitsAtK, meanReciprocalRank, rocAuc } from './ranking';
export type { RankSummary } from './ranking';
export { topologicalCloseness } from './topologicalCloseness';
