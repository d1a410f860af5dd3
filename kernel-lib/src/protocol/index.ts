export { MAX_PAYLOAD_BYTES, MIME_TYPE, SCHEMA_VERSION } from './mime';
export type {
  Envelope,
  LayerRouting,
  Numeric,
  Payload,
  RoutingData,
  RoutingHistory,
  RoutingPayload,
  Source,
  TokenSample,
  TrainingData,
  TrainingPayload
} from './types';
