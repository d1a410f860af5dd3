import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import type { LiveModules } from './expertBank';

/**
 * A module that a spec names, or holds.
 *
 * @throws {SwitchyardError} where what builds the spec has no such module.
 */
export function liveModule<M extends Module>(where: string, module: M | string, live: LiveModules = {}): M {
  return typeof module !== 'string'
    ? module
    : ((live[module] as M | undefined) ??
        fail(where, `the layer must be given the live module "${module}"`, Object.keys(live)));
}
