export { decodeSafetensors, encodeSafetensors, modelVariables, readSafetensors } from '../base/io';
export type { HostTensor, HostValues, Safetensors } from '../base/io';
export { loadModel, saveModel } from '../models/files';
