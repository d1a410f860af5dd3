export {
  axesOf,
  Axis,
  Buffer,
  captureDisplay,
  captureInputs,
  Context,
  expectInteger,
  expectNumber,
  expectOneOf,
  expectShape,
  fail,
  jsonForms,
  Module,
  Parameter,
  Random,
  showShape,
  shrink,
  sizeOf,
  Stored,
  stateKey,
  SwitchyardError,
  toBundle
} from '../base/core';
export type {
  AxisMember,
  CapturedInput,
  ContextOptions,
  Cost,
  CostShape,
  DisplayMessage,
  Forms,
  Interceptor,
  MimeBundle,
  ParameterOptions,
  RoutingObserver,
  RoutingRecord,
  Size,
  ValueTransform,
  StateKey,
  WriteDisplay
} from '../base/core';
export { kMeans, meanRow } from '../base/math';
export type { Clusters, KMeansOptions } from '../base/math';
