export {
  captureDisplay,
  captureInputs,
  Context,
  expectInteger,
  expectNumber,
  expectOneOf,
  expectShape,
  fail,
  jsonForms,
  lengthAfter,
  lengthWithin,
  Module,
  Parameter,
  Random,
  showShape,
  SwitchyardError,
  toBundle
} from '../base/core';
export type {
  CapturedInput,
  ContextOptions,
  DisplayMessage,
  Forms,
  MimeBundle,
  ModuleTransform,
  ParameterTransform,
  Resizing,
  RoutingObserver,
  RoutingRecord,
  WriteDisplay
} from '../base/core';
export { kMeans, meanRow } from '../base/math';
export type { Clusters, KMeansOptions } from '../base/math';
