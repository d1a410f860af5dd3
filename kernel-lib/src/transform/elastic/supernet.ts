import { axesOf, expectInteger, expectNumber, fail, matchesPath } from '../../base/core';
import type { Module, Random } from '../../base/core';
import { lastFitting, resolveChoice } from './choice';
import type { SubnetChoice } from './choice';
import { subnet } from './subnet';
import type { Subnet, SubnetOptions } from './subnet';

/** Options of `elastic.Supernet`. */
export interface SupernetOptions {
  /**
   * Granularities of axes, shares of their positions in (0, 1], by their names in `core.axesOf` or patterns of them: `{ '**.hidden': [0.25, 0.5, 1] }`. Of a
   * share the first positions are kept, at least one; the last pattern that fits an axis counts.
   */
  sizes?: Readonly<Record<string, readonly number[]>>;
  /** How many blocks of a stack are kept, by its path or a pattern: `{ layers: [2, 4] }`, `{ 'stages.*': [1, 2] }`. */
  depths?: Readonly<Record<string, readonly number[]>>;
  /** Blocks of a stack in the order in which they stay, by the stack's path: of n blocks the first n of it. Default: from the first to the last. */
  order?: Readonly<Record<string, readonly number[]>>;
  /** All axes of a pattern keep the same share; false chooses for each by itself, as in mix'n'match. Default false. */
  tied?: boolean;
}

/** A choice that the slices of a supernet differ in. */
export interface ElasticDimension {
  /** Name of the axis, the pattern (tied), or the path of the stack. */
  name: string;
  kind: 'size' | 'depth';
  /** Shares of an axis, or numbers of blocks, ascending. */
  values: readonly number[];
}

/** Value of each dimension of a supernet by its name: shares of axes, numbers of blocks. JSON. */
export type SubnetPoint = Readonly<Record<string, number>>;

interface Stack {
  path: string;
  /** Blocks, in the order in which they stay. */
  blocks: readonly string[];
}

const WHERE = 'elastic.supernet';

/** A model with the slices that it is to be trained for; see {@link supernet}. */
export class Supernet {
  /** Dimensions that slices differ in, sizes before depths. */
  readonly dimensions: readonly ElasticDimension[];
  /** Names of the axes of each dimension of sizes. */
  private readonly axes: ReadonlyMap<string, readonly { name: string; size: number }[]>;
  private readonly stacks: ReadonlyMap<string, Stack>;

  /** @internal Use `elastic.supernet`. */
  constructor(
    readonly model: Module,
    options: SupernetOptions
  ) {
    const sizes = sizeDimensions(model, options);
    this.axes = new Map(sizes.map(({ name, of }) => [name, of]));
    const depths = depthDimensions(model, options);
    this.stacks = new Map(depths.map(({ name, stack }) => [name, stack]));
    this.dimensions = [
      ...sizes.map(({ name, values }) => ({ name, kind: 'size' as const, values })),
      ...depths.map(({ name, values }) => ({ name, kind: 'depth' as const, values }))
    ];
    if (this.dimensions.length === 0) {
      fail(WHERE, 'sizes or depths must be given', Object.keys(options));
    }
  }

  /** How many points there are: the product of the dimensions' values. */
  get count(): number {
    return this.dimensions.reduce((product, { values }) => product * values.length, 1);
  }

  /** The point of the largest values. */
  get largest(): SubnetPoint {
    return this.extreme((values) => values.at(-1)!);
  }

  /** The point of the smallest values. */
  get smallest(): SubnetPoint {
    return this.extreme((values) => values[0]);
  }

  /** A point drawn evenly, dimension by dimension. */
  sample(random: Random): SubnetPoint {
    const next = random.generator();
    return this.extreme((values) => values[Math.floor(next() * values.length)]);
  }

  /** Every point, the last dimension moving fastest. */
  *points(): Generator<SubnetPoint> {
    const { dimensions } = this;
    const at = (i: number): SubnetPoint => {
      let rest = i;
      const values = [...dimensions].reverse().map(({ name, values: each }): [string, number] => {
        const value = each[rest % each.length];
        rest = Math.floor(rest / each.length);
        return [name, value];
      });
      return Object.fromEntries(values.reverse());
    };
    for (let i = 0; i < this.count; i++) {
      yield at(i);
    }
  }

  /**
   * The slice of a point, as data; sizes of what is left out are not in it, so that equal slices are equal.
   *
   * @throws {SwitchyardError} where the point lacks a dimension, or has a value that it has not.
   */
  choice(point: SubnetPoint): SubnetChoice {
    const strange = Object.keys(point).find((name) => !this.dimensions.some((each) => each.name === name));
    if (strange !== undefined) {
      fail(WHERE, `a point must name dimensions (${this.dimensions.map(({ name }) => name).join(', ')})`, strange);
    }
    this.dimensions.forEach(({ name, values }) => {
      if (!values.includes(point[name])) {
        fail(WHERE, `"${name}" must be one of ${values.join(', ')}`, point[name]);
      }
    });
    const skip = [...this.stacks].flatMap(([name, { blocks }]) => blocks.slice(point[name]));
    const sizes = [...this.axes].flatMap(([name, of]) =>
      of
        .map((axis) => [axis.name, Math.max(1, Math.round(axis.size * point[name]))] as const)
        .filter(([axis, size], i) => size < of[i].size && !skip.some((path) => axis.startsWith(`${path}.`)))
    );
    return {
      ...(sizes.length > 0 && { sizes: Object.fromEntries(sizes) }),
      ...(skip.length > 0 && { skip })
    };
  }

  /** Names of the axes that a dimension of sizes cuts; none for a depth. */
  axisNames(dimension: string): string[] {
    return (this.axes.get(dimension) ?? []).map(({ name }) => name);
  }

  /** The slice of a point, in place. */
  subnet(point: SubnetPoint, options: SubnetOptions = {}): Subnet {
    return subnet(this.model, this.choice(point), options);
  }

  private extreme(pick: (values: readonly number[]) => number): SubnetPoint {
    return Object.fromEntries(this.dimensions.map(({ name, values }) => [name, pick(values)]));
  }
}

/**
 * A supernet: a model and the slices that one training is to serve, nested prefixes of its named axes (hidden width, heads, experts, channels, the
 * residual stream) and numbers of blocks. It owns nothing: the model's values are those of every slice.
 *
 * @throws {SwitchyardError} where a pattern fits no axis that can be cut or no stack of blocks that can be left out, and for shares and numbers
 * that are out of range.
 */
export function supernet(model: Module, options: SupernetOptions): Supernet {
  return new Supernet(model, options);
}

function sizeDimensions(model: Module, { sizes = {}, tied = false }: SupernetOptions) {
  Object.entries(sizes).forEach(([pattern, shares]) => {
    shares.forEach((share) => expectNumber(WHERE, `sizes of "${pattern}"`, share, Number.MIN_VALUE, 1));
    // As data a slice of one position: names and pins are checked as for any slice.
    resolveChoice(WHERE, model, { sizes: { [pattern]: 1 } });
  });
  const axes = [...axesOf(model)].filter(([, { axis }]) => axis.pinned === null);
  const patterns = Object.keys(sizes);
  const fitting = axes.flatMap(([name, { axis }]) => {
    const pattern = lastFitting(patterns, name);
    return pattern === undefined ? [] : [{ pattern, name, size: axis.size }];
  });
  const values = (pattern: string): number[] => ascending(WHERE, pattern, sizes[pattern]);
  if (!tied) {
    return fitting.map(({ pattern, ...of }) => ({ name: of.name, values: values(pattern), of: [of] }));
  }
  return patterns.flatMap((pattern) => {
    const of = fitting.filter((each) => each.pattern === pattern);
    return of.length === 0 ? [] : [{ name: pattern, values: values(pattern), of }];
  });
}

function depthDimensions(model: Module, { depths = {}, order = {} }: SupernetOptions) {
  const modules = model.modules();
  const stacks = [...modules].filter(([, { children }]) => [...children.values()].some((each) => each.isResidual()));
  const unknown = Object.keys(order).find((path) => !stacks.some(([each]) => each === path));
  if (unknown !== undefined) {
    fail(WHERE, `order must be of stacks of blocks (${stacks.map(([path]) => path).join(', ')})`, unknown);
  }
  const patterns = Object.keys(depths);
  const none = patterns.find((pattern) => !stacks.some(([path]) => matchesPath([pattern], path)));
  if (none !== undefined) {
    fail(WHERE, `depths must name stacks of blocks (${stacks.map(([path]) => path).join(', ') || 'none'})`, none);
  }
  return stacks.flatMap(([path, { children }]) => {
    const pattern = lastFitting(patterns, path);
    if (pattern === undefined) {
      return [];
    }
    const numbers = order[path] ?? Array.from({ length: children.size }, (_, i) => i);
    if ([...numbers].sort((a, b) => a - b).some((each, i) => each !== i) || numbers.length !== children.size) {
      fail(WHERE, `order of "${path}" must name its ${children.size} blocks, each once`, numbers);
    }
    const blocks = numbers.map((number) => `${path}.${number}`);
    depths[pattern].forEach((count) => {
      expectInteger(WHERE, `depths of "${path}"`, count, 0, children.size);
      const stuck = blocks.slice(count).find((block) => !modules.get(block)!.isResidual());
      if (stuck !== undefined) {
        fail(WHERE, `depths of "${path}" must keep the blocks that change sizes (${stuck})`, count);
      }
    });
    return [{ name: path, values: ascending(WHERE, pattern, depths[pattern]), stack: { path, blocks } }];
  });
}

function ascending(where: string, name: string, values: readonly number[]): number[] {
  return values.length > 0
    ? [...new Set(values)].sort((a, b) => a - b)
    : fail(where, `"${name}" must have at least one value`, 'none');
}
