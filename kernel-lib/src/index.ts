/** @file The one public door of the library. */
export { device, tf } from './backend';
export * as core from './core';
export * as layers from './layers';
export * as ops from './ops';
export * as protocol from './protocol';
