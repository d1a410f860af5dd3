import type { Module } from '../base/core';

/** Stores in a module the parameters and buffers of another that have the same path in it and are `wanted`. */
export function copyValues(from: Module, to: Module, wanted: (path: string) => boolean = () => true): void {
  const parameters = to.parameters();
  from.parameters().forEach((parameter, path) => wanted(path) && parameters.get(path)?.assign(parameter.read(), path));
  const buffers = to.buffers();
  from.buffers().forEach((buffer, path) => wanted(path) && buffers.get(path)?.assign(buffer.read(), path));
}
