export { aggregate } from './aggregate';
export type { Aggregation } from './aggregate';
export { FeatureFilter, NeighbourAggregation } from './atoms';
export { MessagePassing } from './messagePassing';
export type { EdgeEnds } from './messagePassing';
export { OnGraph } from './onGraph';
export type { GraphData } from './onGraph';
export { RelationAggregation, RelationLearning } from './relations';
export type { RelationRule } from './relations';
