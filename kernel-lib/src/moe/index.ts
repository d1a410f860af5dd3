export * as analysis from './analysis';
export type { ExpertBank, ExpertShape, ExpertSpec } from './expertBank';
export { gatedExperts } from './gatedExperts';
export type { GatedExpertsOptions } from './gatedExperts';
export { layer } from './layer';
export type { MoeLayer, MoeLayerOptions } from './layer';
export { plainExperts } from './plainExperts';
export type { PlainExpertsOptions } from './plainExperts';
