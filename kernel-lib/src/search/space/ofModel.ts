import { axesOf, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { specOf } from '../../models/spec';
import type { ModelSpec } from '../../models/spec';
import { chain, moduleParts, partsOf } from './architectureOf';
import type { ArchitectureGraph } from './architectureOf';
import type { Candidate } from './candidateOf';
import { integer } from './domain';
import type { Domain } from './domain';
import { Space } from './space';
import type { SpaceOptions } from './space';

/** Options of `nas.space.of`. */
export interface ModelSpaceOptions extends Omit<SpaceOptions, 'constraints'> {
  /** Choices of the model's options, by name, instead of the values that the model has: `{ layers: nas.integer(1, 4) }`. Default: none. */
  options?: Readonly<Record<string, Domain>>;
  /**
   * Axes whose size is chosen, by their names in `core.axesOf`, or whether one is. Default: all that can be cut, or none where
   * `options` is given.
   */
  axes?: readonly string[] | ((name: string) => boolean);
  /** How many sizes an axis can have, the last its own; of a small axis, each size. Default 4. */
  sizes?: number;
  /** Limits of what a candidate's spec comes to: `{ name, of: (candidate) => number, atMost }`. */
  constraints?: SpaceOptions['constraints'];
}

/** A space of models made from one. */
export class ModelSpace extends Space {
  private readonly base: ModelSpec;

  /** @internal Use `nas.space.of`. */
  constructor(model: Module & { readonly options: object }, options: ModelSpaceOptions) {
    const { options: chosen = {}, axes, sizes = 4, constraints, canonical, architecture } = options;
    const base = specOf(model);
    const unknown = Object.keys(chosen).find((name) => !(name in model.options) && !(name in base.options));
    if (unknown !== undefined) {
      fail('nas.space.of', `options must be of the model (${Object.keys(model.options).join(', ')})`, unknown);
    }
    const ofAxes = axisChoices(model, axes ?? (Object.keys(chosen).length === 0 ? () => true : []), sizes);
    super(
      {
        ...(Object.keys(chosen).length > 0 && { options: { kind: 'group', choices: chosen } as const }),
        // A dot parts groups; axes are one group.
        ...(Object.keys(ofAxes).length > 0 && { sizes: { kind: 'group', choices: ofAxes } as const })
      },
      { constraints, canonical, architecture: architecture ?? networkOf }
    );
    this.base = base;
  }

  /** The spec of a candidate, which `models.build` builds: the model's with the chosen options, and the chosen sizes of its axes. */
  spec({ options = {}, sizes = {} }: Candidate): ModelSpec {
    const cut = Object.entries(sizes as Record<string, number>).map(([label, size]) => [axisOf(label), size] as const);
    return {
      ...this.base,
      options: { ...this.base.options, ...(options as object) },
      ...(cut.length > 0 && { sizes: { ...this.base.sizes, ...Object.fromEntries(cut) } })
    };
  }
}

/**
 * The space round a model: the sizes of its axes, which one training or pruning can cut, and of its options those that are given
 * choices. `space.spec(candidate)` is what `models.build` builds.
 *
 * @throws {SwitchyardError} where the model has no such option or axis, or its spec is not JSON.
 */
export function spaceOf(model: Module & { readonly options: object }, options: ModelSpaceOptions = {}): ModelSpace {
  return new ModelSpace(model, options);
}

function axisChoices(
  model: Module,
  wanted: NonNullable<ModelSpaceOptions['axes']>,
  sizes: number
): Record<string, Domain> {
  const all = [...axesOf(model)].filter(([, { axis }]) => axis.pinned === null && axis.size > 1);
  if (typeof wanted !== 'function') {
    const missing = wanted.find((name) => !all.some(([each]) => each === name));
    if (missing !== undefined) {
      fail('nas.space.of', `axes must be ones that can be cut (${all.map(([name]) => name).join(', ')})`, missing);
    }
  }
  const chosen = all.filter(([name]) => (typeof wanted === 'function' ? wanted(name) : wanted.includes(name)));
  return Object.fromEntries(chosen.map(([name, { axis }]) => [labelOf(name), range(axis.size, sizes)]));
}

/** Even parts of the size up to the whole; each size where it cannot be parted evenly. */
function range(size: number, sizes: number): Domain {
  const step = size % sizes === 0 ? size / sizes : 1;
  return integer(step, size, { step });
}

/** Layers that the chosen options tell of, then modules with their chosen sizes. */
function networkOf({ options = {}, sizes = {} }: Candidate): ArchitectureGraph | null {
  const ofAxes = Object.entries(sizes as Candidate).map(([label, size]) => [axisOf(label), size] as const);
  const parts = [...partsOf(options as Candidate), ...moduleParts(Object.fromEntries(ofAxes))];
  return parts.length === 0 ? null : chain(parts);
}

function labelOf(axis: string): string {
  return axis.replaceAll('.', '/');
}

function axisOf(label: string): string {
  return label.replaceAll('/', '.');
}
