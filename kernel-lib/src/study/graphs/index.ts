export { sensitivity } from './sensitivity';
export type { NodeNetwork, SensitivityOptions } from './sensitivity';
export { atBudget } from './atBudget';
export type { BudgetedModel, BudgetOptions } from './atBudget';
export { grid } from './grid';
export type { GridCell, GridOptions } from './grid';
export { orbitAdjacency } from './orbitAdjacency';
export type { OrbitAdjacency } from './orbitAdjacency';
export { topologicalConcentration } from './topologicalConcentration';
export type { ConcentrationOptions } from './topologicalConcentration';
export { usableInformation } from './usableInformation';
export type {
  InformationComponent,
  UsableInformation,
  UsableInformationOptions,
  UsableInformationReport
} from './usableInformation';
export { asynchronyDefects, runAsynchronously, runInRounds, runOnChange } from './asynchronous';
export type { AsynchronousOptions, AsynchronyDefect, MessageRules, MessageRun, OnChangeOptions } from './asynchronous';
export { closureScores, simplicialTriangles } from './simplicialClosure';
export type { SimplicialTriangles, Triple } from './simplicialClosure';
export { distanceCentre } from './distanceCentre';
export { attentionByDistance } from './attentionByDistance';
export type { AttentionByDistance, DistanceBin } from './attentionByDistance';
export { powerLaw } from './powerLaw';
export type { PowerLaw, PowerLawSample } from './powerLaw';
export { scalingStudy } from './scalingStudy';
export type { Extrapolation, ScalingStudy, ScalingStudyOptions } from './scalingStudy';
export { greedyForwarding, localRoutes, shortestLengths } from './localRoutes';
export type { ForwardingScore, LocalHop, LocalRoute, LocalRoutesOptions } from './localRoutes';
export { FORWARDING_WIDTH, forwardingSamples, learnedForwarding } from './learnedForwarding';
export type { ForwardingSamplesOptions } from './learnedForwarding';
export { greedySeeds } from './greedySeeds';
export type { GreedySeedsOptions } from './greedySeeds';
export { edgeRouting } from './edgeRouting';
export type { EdgeRouting } from './edgeRouting';
export { environments } from './environments';
export type { EnvironmentsOptions } from './environments';
export { fidelity } from './fidelity';
export type { Fidelity, FidelityOptions } from './fidelity';
export { feasibility, graphon } from './graphonFeasibility';
export type { Feasibility, FeasibilityOptions, GraphonEstimateOptions } from './graphonFeasibility';
export { frozenTasks, stopCriteria } from './frozenTasks';
export type { FrozenTasksOptions, FrozenTaskScores, StopCriterion } from './frozenTasks';
