/** @file The one public door of the library. */
export { device, tf } from './backend';
export * as core from './core';
export * as kernel from './kernel';
export * as protocol from './protocol';
