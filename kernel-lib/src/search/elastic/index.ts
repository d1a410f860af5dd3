export { curve } from './curve';
export type { CurveOptions, CurvePoint, ElasticCurve, MeasureSlice, SliceCost } from './curve';
export { removeLayers } from './removeLayers';
export type { LayerRemoval, RemoveLayersOptions } from './removeLayers';
export { select } from './select';
export type { SelectBudget, Selection, SelectOptions } from './select';
export { space } from './supernetSpace';
export type { SupernetSpace, SupernetSpaceOptions } from './supernetSpace';
