import { tf } from '../base/backend';
import type { Module } from '../base/core';

/** Stores in a module the parameters and buffers of another that have the same path in it and are `wanted`. */
export function copyValues(from: Module, to: Module, wanted: (path: string) => boolean = () => true): void {
  const parameters = to.parameters();
  const buffers = to.buffers();
  // In a tidy: what masks and adapters make of a value is read anew.
  tf.tidy(() => {
    from
      .parameters()
      .forEach((parameter, path) => wanted(path) && parameters.get(path)?.assign(parameter.read(), path));
    from.buffers().forEach((buffer, path) => wanted(path) && buffers.get(path)?.assign(buffer.read(), path));
  });
}
