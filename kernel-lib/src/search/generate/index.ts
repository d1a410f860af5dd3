export { diffusion, GraphDiffusion } from './diffusion';
export type { DiffusionOptions, DiffusionSampleOptions, Generated, NoiseTrainingOptions } from './diffusion';
