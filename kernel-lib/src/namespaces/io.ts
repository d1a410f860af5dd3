export {
  decodeSafetensors,
  decodeValues,
  encodeSafetensors,
  modelVariables,
  openSafetensors,
  readGguf,
  readSafetensors,
  WEIGHT_DTYPES
} from '../base/io';
export type { HostTensor, HostValues, Safetensors } from '../base/io';
export { loadModel, saveModel } from '../models/files';
