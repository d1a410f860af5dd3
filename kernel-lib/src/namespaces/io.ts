export {
  decodeSafetensors,
  decodeValues,
  encodeSafetensors,
  modelVariables,
  openSafetensors,
  readGguf,
  WEIGHT_DTYPES
} from '../base/io';
export type { HostTensor, Safetensors } from '../base/io';
export { loadModel, saveModel } from '../models/files';
