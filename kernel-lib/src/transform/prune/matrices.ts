import { expectPathsFound, fail, matchesPath } from '../../base/core';
import type { Module } from '../../base/core';

/** Matrices that are left alone unless told otherwise: embeddings, heads and routers. */
const LEFT = ['tokens.**', 'positions.**', 'head.**', '**.*router*.**'];

/** Choice of the parameters to mask. */
export interface MatrixChoice {
  /** Parameters to mask, by path, as `core.matchesPath` reads patterns. Default: all matrices that the criterion scores, but those of `exclude`. */
  include?: readonly string[];
  /** Parameters that stay. Default: embeddings, heads and routers, and what is frozen. */
  exclude?: readonly string[];
}

/**
 * Paths of the matrices that are chosen, in the model's order.
 *
 * @param scored - Those that a criterion can score, where these are not all.
 * @throws {SwitchyardError} where a pattern fits nothing, no matrix is chosen, or all that are are frozen.
 */
export function chosenMatrices(
  where: string,
  model: Module,
  { include, exclude }: MatrixChoice,
  scored?: readonly string[]
): string[] {
  const parameters = [...model.parameters()];
  const paths = parameters.map(([path]) => path);
  expectPathsFound(where, 'exclude', exclude ?? [], { paths, what: 'parameters' });
  expectPathsFound(where, 'include', include ?? [], { paths, what: 'parameters' });
  const wanted = parameters.filter(
    ([path, { shape }]) =>
      shape.length >= 2 &&
      (include === undefined ? (scored?.includes(path) ?? true) : matchesPath(include, path)) &&
      !matchesPath(exclude ?? LEFT, path)
  );
  if (wanted.length === 0) {
    fail(where, `include must name matrices (${paths.join(', ').slice(0, 300)})`, include ?? 'none');
  }
  const free = wanted.filter(([, { trainable }]) => trainable).map(([path]) => path);
  return free.length > 0
    ? free
    : fail(
        where,
        'a parameter that is masked must not be frozen',
        wanted.map(([path]) => path)
      );
}
