import { fail, matchesPath } from '../../base/core';
import type { Module } from '../../base/core';

/**
 * Paths of a model: patterns as {@link matchesPath} reads them ("layers.*.attention.qkv"), or a function that says whether a path is meant.
 */
export type Targets = readonly string[] | ((path: string) => boolean);

/**
 * The matcher of {@link Targets}: for "a.b", the path "a.b" itself.
 *
 * @throws {SwitchyardError} where they are neither a list nor a function.
 */
export function matcher(where: string, targets: Targets): (path: string) => boolean {
  if (typeof targets !== 'function' && !Array.isArray(targets)) {
    fail(where, "targets must be a list of paths or patterns (['**']), or a function of a path", targets);
  }
  return typeof targets === 'function' ? targets : (path) => matchesPath(targets, path);
}

/**
 * The modules of these paths that are of a kind the caller can work with.
 *
 * @throws {SwitchyardError} where a path names a module of another kind, or none is named.
 */
export function targetModules<M extends Module>(
  where: string,
  model: Module,
  targets: Targets,
  { is, kinds }: { is: (module: Module) => module is M; kinds: string }
): Map<string, M> {
  const matches = matcher(where, targets);
  const found = new Map<string, M>();
  const seen = new Set<Module>();
  for (const [path, module] of model.modules()) {
    // A module that is held in two places is one.
    if (path !== '' && matches(path) && !seen.has(module)) {
      seen.add(module);
      found.set(path, is(module) ? module : fail(where, `"${path}" must be ${kinds}`, module.kind));
    }
  }
  if (found.size === 0) {
    fail(where, 'targets must name a module of the model', typeof targets === 'function' ? 'none' : targets);
  }
  return found;
}
