export { allOutputs } from './allOutputs';
export type { AllOutputs } from './allOutputs';
export { CollapseAlarm, collapseAlarm } from './collapseAlarm';
export type { CollapseAlarmOptions, CollapseReport } from './collapseAlarm';
export { congestion } from './congestion';
export type { Congestion, CongestionOptions } from './congestion';
export { diversity } from './diversity';
export { diversityByLayer } from './diversityByLayer';
export { equilibrium } from './equilibrium';
export type { TokenType } from './equilibrium';
export { inputsOf } from './inputsOf';
export type { LayerInputs } from './inputsOf';
export { normVsRouter, spearman } from './normVsRouter';
export { phases } from './phases';
export type { Phase, Phases } from './phases';
export { routerProbs } from './routerProbs';
export type { LayerProbs } from './routerProbs';
export { routing } from './routing';
export type {
  AttributeInformation,
  RoutingAnalysis,
  RoutingAttribute,
  RoutingObservation,
  RoutingOptions
} from './routing';
export { effectiveParams, predictLoss, scalingLaw } from './scalingLaw';
export type { Saturation, ScalingLaw, ScalingLawOptions, ScalingSample } from './scalingLaw';
export { similarity } from './similarity';
export type { SimilarityOptions } from './similarity';
export { tokenTypes } from './tokenTypes';
export type { TokenTypesOptions } from './tokenTypes';
