/** @file The one public door of the library. */
import { installObjects } from './show/objects/installObjects';

export { device, tf } from './backend';
export * as adaptive from './adaptive';
export * as core from './core';
export * as data from './data';
export * as environment from './environment';
export * as generative from './generative';
export * as io from './io';
export * as kernel from './kernel';
export * as layers from './layers';
export * as models from './models';
export * as moe from './moe';
export * as ops from './ops';
export * as peft from './peft';
export * as protocol from './protocol';
export * as routers from './routers';
export * as routing from './routing';
export * as show from './show';
export * as sim from './sim';
export { systems } from './systems';
export type { SystemEntry } from './systems';
export * as telemetry from './telemetry';
export * as train from './train';

installObjects();
