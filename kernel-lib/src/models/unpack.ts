import type { Module } from '../base/core';

/** Makes the weights of a model float32 that are kept packed ("as stored", bfloat16, float16), so that they can be trained, pruned and saved. */
export function unpack(model: Module): void {
  model.stored().forEach((each) => each.unpack());
}
