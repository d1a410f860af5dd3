export { captureInputs } from './captureInputs';
export type { CapturedInput } from './captureInputs';
export { Axis, sizeOf } from './axis';
export type { Size } from './axis';
export { Buffer } from './buffer';
export { captureDisplay } from './cellDisplay';
export type { DisplayMessage, WriteDisplay } from './cellDisplay';
export { comms } from './comms';
export type { Comm, CommBuffers, CommEvent, CommRegistry, CommSendOptions, CommTarget } from './comms';
export { Context } from './context';
export type { ContextOptions } from './context';
export { expectDtype } from './dtypes';
export { observer } from './events';
export type {
  DepthRecord,
  EdgesRecord,
  EventKind,
  EventKinds,
  ActivationRecord,
  MaskRecord,
  Observer,
  PublishedEvent,
  RoundRecord,
  RouterScores,
  LossesRecord,
  RoutingRecord,
  TokensRecord,
  TrialRecord
} from './events';
export { shared } from './host';
export type { CellInfo, Content, KernelHost } from './host';
export { EVICTION_POLICIES, EvictionCache } from './evictionCache';
export type { CacheStep, EvictionPolicy } from './evictionCache';
export { expectInteger, expectNumber, expectOneOf, fail, given, SwitchyardError } from './errors';
export { jsonForms, toBundle } from './mimeBundle';
export type { Forms, MimeBundle } from './mimeBundle';
export { hold, isHeld, maskedByCaller } from './masked';
export { Memory } from './memory';
export type { MemoryOptions } from './memory';
export { maskedPaths, masksAt, Module } from './module';
export type { Interceptor } from './module';
export type { Packed } from './packed';
export { Parameter } from './parameter';
export { expectPathsFound, matchesPath } from './pathPattern';
export type { ParameterOptions } from './parameter';
export { axesOf, shrink } from './shrink';
export type { AxisMember } from './shrink';
export type { Cost, CostShape } from './cost';
export { Stored } from './stored';
export type { ValueTransform } from './stored';
export { Random } from './random';
export { readableBytes } from './readableBytes';
export { refuseOldNames } from './refuseOldNames';
export { expectRank, expectShape, showShape } from './shapes';
export { SpecTable, toJson } from './spec';
export type { Spec, SpecData } from './spec';
export { stateKey } from './stateKey';
export type { StateKey } from './stateKey';
export { checkTiming, passOf, timePasses } from './timePasses';
export type { Timed, TimingOptions } from './timePasses';
