/** @file The one public door of the library. */
import { installObjects } from './show/objects/installObjects';

export { device, tf } from './base/backend';
export * as adaptive from './namespaces/adaptive';
export * as compress from './namespaces/compress';
export * as core from './namespaces/core';
export * as data from './train/data';
export * as environment from './environment';
export * as generative from './train/generative';
export * as io from './namespaces/io';
export * as kernel from './kernel';
export * as layers from './nn/layers';
export * as models from './namespaces/models';
export * as moe from './namespaces/moe';
export * as ops from './base/ops';
export * as peft from './namespaces/peft';
export * as prune from './namespaces/prune';
export * as protocol from './protocol';
export * as routers from './nn/routers';
export * as routing from './namespaces/routing';
export * as show from './show';
export * as sim from './study/sim';
export { systems } from './systems';
export type { SystemEntry } from './systems';
export * as telemetry from './namespaces/telemetry';
export * as train from './train/loop';

installObjects();
