/** @file Recommendation from what users chose: `graph.recommend`. */
export { coOccurrence } from './coOccurrence';
export type { CoOccurrenceOptions } from './coOccurrence';
export { constraintWeights } from './constraintWeights';
export { personalizedSalsa } from './personalizedSalsa';
export type { PersonalizedSalsaOptions, SalsaRecommender, TrustDecay } from './personalizedSalsa';
export { ultraLoss } from './ultraLoss';
export type { UltraLossOptions } from './ultraLoss';
