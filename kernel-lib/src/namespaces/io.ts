export { decodeSafetensors, encodeSafetensors, modelVariables } from '../base/io';
export type { HostTensor, Safetensors } from '../base/io';
export { loadModel, saveModel } from '../models/files';
