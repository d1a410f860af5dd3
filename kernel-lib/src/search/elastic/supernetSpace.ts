import type { SubnetPoint, Supernet } from '../../transform/elastic';
import type { Candidate } from '../space';
import { categorical, Space } from '../space';
import type { SpaceOptions } from '../space';

/** The slices of a supernet as a search space. */
export class SupernetSpace extends Space {
  private readonly names: ReadonlyMap<string, string>;

  /** @internal Use `elastic.space`. */
  constructor(supernet: Supernet, constraints: SpaceOptions['constraints'] = []) {
    const labels = new Map(supernet.dimensions.map(({ name }) => [labelOf(name), name]));
    const choices = supernet.dimensions.map(({ name, values }) => [labelOf(name), categorical(values)] as const);
    const point = (candidate: Candidate): SubnetPoint => pointOf(labels, candidate);
    super(Object.fromEntries(choices), { constraints, canonical: (each) => supernet.choice(point(each)) });
    this.names = labels;
  }

  /** The point that a candidate stands for. */
  subnetPoint(candidate: Candidate): SubnetPoint {
    return pointOf(this.names, candidate);
  }
}

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

/** A dot parts groups. */
function labelOf(name: string): string {
  return name.replaceAll('.', '/');
}
