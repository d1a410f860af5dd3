import { axesOf } from '../../base/core';
import type { SubnetPoint, Supernet } from '../../transform/elastic';
import type { ArchitectureGraph, ArchitecturePart, Candidate } from '../space';
import { categorical, chain, moduleParts, Space } from '../space';
import type { SpaceOptions } from '../space';

/** The slices of a supernet as a search space. */
export class SupernetSpace extends Space {
  private readonly names: ReadonlyMap<string, string>;

  /** @internal Use `elastic.space`. */
  constructor(supernet: Supernet, constraints: SpaceOptions['constraints'] = []) {
    const labels = new Map(supernet.dimensions.map(({ name }) => [labelOf(name), name]));
    const choices = supernet.dimensions.map(({ name, values }) => [labelOf(name), categorical(values)] as const);
    const point = (candidate: Candidate): SubnetPoint => pointOf(labels, candidate);
    super(Object.fromEntries(choices), {
      constraints,
      canonical: (each) => supernet.choice(point(each)),
      architecture: (each) => networkOf(supernet, point(each))
    });
    this.names = labels;
  }

  /** The point that a candidate stands for. */
  subnetPoint(candidate: Candidate): SubnetPoint {
    return pointOf(this.names, candidate);
  }
}

/** Options of `elastic.space`. */
export interface SupernetSpaceOptions {
  /** Limits of what a slice costs, met before it is tried. */
  constraints?: readonly { name: string; of: (point: SubnetPoint) => number; atMost: number }[];
}

/**
 * The search space of a supernet's slices, for `nas.study`: a choice for each dimension; candidates that are the same slice are one. `space.subnetPoint(candidate)` is
 * the point.
 */
export function space(supernet: Supernet, { constraints = [] }: SupernetSpaceOptions = {}): SupernetSpace {
  const labels = new Map(supernet.dimensions.map(({ name }) => [labelOf(name), name]));
  return new SupernetSpace(
    supernet,
    constraints.map(({ of, ...rest }) => ({ ...rest, of: (candidate: Candidate) => of(pointOf(labels, candidate)) }))
  );
}

function pointOf(labels: ReadonlyMap<string, string>, candidate: Candidate): SubnetPoint {
  return Object.fromEntries([...labels].map(([label, name]) => [name, candidate[label] as number]));
}

/** Modules of the slice whose sizes are chosen, in the model's order, with those sizes. */
function networkOf(supernet: Supernet, point: SubnetPoint): ArchitectureGraph {
  const { sizes = {}, skip = [] } = supernet.choice(point);
  const chosen = new Set(supernet.dimensions.flatMap(({ name }) => supernet.axisNames(name)));
  const axes = [...axesOf(supernet.model)].filter(
    ([name]) => chosen.has(name) && !skip.some((path) => name.startsWith(`${path}.`))
  );
  const parts = moduleParts(Object.fromEntries(axes.map(([name, { axis }]) => [name, sizes[name] ?? axis.size])));
  return chain(parts.length > 0 ? parts : depthParts(supernet, point));
}

/** Stacks with the number of blocks that are left of them. */
function depthParts({ dimensions }: Supernet, point: SubnetPoint): ArchitecturePart[] {
  return dimensions.map(({ name }) => ({ label: name, detail: `${point[name]} blocks` }));
}

/** A dot parts groups. */
function labelOf(name: string): string {
  return name.replaceAll('.', '/');
}
