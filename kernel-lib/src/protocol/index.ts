export { jsonBytes } from './jsonBytes';
export { MAX_HISTORY_STEPS, MAX_LOAD_STEPS, MAX_SCALARS, MAX_TOKENS } from './limits';
export { MAX_PAYLOAD_BYTES, MIME_TYPE, SCHEMA_VERSION } from './mime';
export { parsePayload } from './parsePayload';
export { PayloadError } from './payloadError';
export type { PayloadRefusal } from './payloadError';
export type {
  Count,
  Envelope,
  Index,
  LayerRouting,
  Magnitude,
  Name,
  Numeric,
  Payload,
  Positive,
  RoutingData,
  RoutingHistory,
  RoutingPayload,
  Share,
  Source,
  Text,
  TokenSample,
  TrainingData,
  TrainingPayload
} from './types';
