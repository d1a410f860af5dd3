export { decentralizedFlow } from './decentralizedFlow';
export type { DecentralizedFlowOptions } from './decentralizedFlow';
export { gaussianFlow, sample } from './flow';
export type { GaussianComponent, GaussianFlow, Posterior, SampleOptions, Velocity } from './flow';
export { mmd } from './mmd';
export { switchFlows } from './switchFlows';
export type { FlowStage } from './switchFlows';
export { partition, trainFlow, trainPosterior, velocityOf } from './trainFlows';
export type { TrainedFlow, TrainFlowOptions } from './trainFlows';
