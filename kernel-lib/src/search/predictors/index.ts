export { gp } from './gp';
export type { GaussianProcessOptions } from './gp';
export { mlp } from './mlp';
export type { MlpPredictorOptions } from './mlp';
export { predictors } from './predictor';
export type { Fitted, Prediction, Predictor } from './predictor';
export { ridge } from './ridge';
export type { RidgeOptions } from './ridge';
