export { sensitivity } from './sensitivity';
export type { NodeNetwork, SensitivityOptions } from './sensitivity';
