export { loadModel, modelVariables, readFile, saveModel } from './model';
export { decodeSafetensors, encodeSafetensors } from './safetensors';
export type { HostTensor, Safetensors } from './safetensors';
