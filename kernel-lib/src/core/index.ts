export { Context } from './context';
export type { ContextOptions } from './context';
export { expectInteger, expectNumber, expectOneOf, fail, SwitchyardError } from './errors';
export { Module } from './module';
export type { RoutingObserver, RoutingRecord } from './observer';
export { Parameter } from './parameter';
export type { ParameterTransform } from './parameter';
export { Random } from './random';
export { expectShape, showShape } from './shapes';
