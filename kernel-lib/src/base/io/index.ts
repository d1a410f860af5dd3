export { loadModel, modelVariables, saveModel } from './model';
export { readSafetensors } from './readSafetensors';
export { decodeSafetensors, encodeSafetensors } from './safetensors';
export type { HostTensor, HostValues, Safetensors } from './safetensors';
