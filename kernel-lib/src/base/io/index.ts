export { loadModel, modelVariables, readFile, saveModel } from './model';
export { bytesOf, WEIGHT_DTYPES } from './decodeValues';
export { openSafetensors } from './openSafetensors';
export { readEntry } from './tensorFile';
export type { TensorEntry } from './tensorFile';
export { decodeSafetensors, encodeSafetensors } from './safetensors';
export type { HostTensor, Safetensors } from './safetensors';
