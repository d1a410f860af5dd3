import { core, tf } from '@switchyard/kernel-lib';
import { expect } from 'vitest';
import { expectClose } from './numeric';

/** The size of the axis of this name, or what it is where a module has none. */
export type SizeOf = (name: string, otherwise: number) => number;

export interface Shrinkable<M extends core.Module> {
  make: () => M;
  /** One pass; what it gives may have any shape. Inputs are made of the axes' present sizes. */
  run: (module: M, size: SizeOf) => tf.Tensor;
  /** Axes that must not be cut, by name; all others must. */
  pinned?: readonly string[];
}

/**
 * Cuts each axis of a module by one, in turn: a pass still works, gradients reach what is left and nothing else, and the cut made
 * lasting computes the same with fewer values. Returns the names of the axes that were cut.
 */
export function expectShrinks<M extends core.Module>({ make, run, pinned = [] }: Shrinkable<M>): string[] {
  const whole = make();
  const names = [...core.axesOf(whole)].map(([name, { axis }]) => [name, axis.name, axis.pinned, axis.size] as const);
  const fixed = names.filter(([, , reason]) => reason !== null);
  whole.dispose();
  const unexpected = fixed.map(([, name]) => name).filter((name) => !FIXED.includes(name) && !pinned.includes(name));
  expect(unexpected).toEqual([]);
  const cut = names.filter(([, , reason, size]) => reason === null && size > 1).map(([name]) => name);
  cut.forEach((name) => expectShrinksAlong(name, make, run));
  return cut;
}

// Dimensions that are part of what a layer computes, in any module.
const FIXED = ['kernelHeight', 'kernelWidth', 'query, key, value', 'key, value', 'reset, update', 'reset, update, new', 'input, forget, cell, output', 'kept, replaced', 'shared', 'block', 'layer', 'slots', 'heads', 'choices', 'parts', 'partWidth', 'time', 'channels', 'pixels', 'classToken', 'score', 'steps', 'nodes']; // prettier-ignore

function expectShrinksAlong<M extends core.Module>(name: string, make: () => M, run: Shrinkable<M>['run']): void {
  const module = make();
  const { axis, members } = core.axesOf(module).get(name)!;
  const dropped = 1;
  axis.keep(Array.from({ length: axis.size }, (_, i) => i).filter((i) => i !== dropped));
  const output = (): Float32Array => tf.tidy(() => run(module, sizesOf(module)).dataSync<'float32'>().slice());
  const before = output();
  expect(before.every(Number.isFinite), name).toBe(true);
  expectGradientsOfWhatIsLeft(module, run, members, name);
  const values = module.countParameters();
  core.shrink(module);
  expect(axis.size, name).toBe(axis.storedSize);
  if (members.some(({ path }) => module.parameters().has(path))) {
    expect(module.countParameters(), name).toBeLessThan(values);
  }
  expectClose(output(), before, 1e-6);
  module.dispose();
}

function expectGradientsOfWhatIsLeft<M extends core.Module>(
  module: M,
  run: Shrinkable<M>['run'],
  members: readonly core.AxisMember[],
  name: string
): void {
  const parameters = [...module.parameters()];
  if (parameters.length === 0) {
    return;
  }
  const variables = parameters.map(([, { variable }]) => variable);
  const { value, grads } = tf.variableGrads(
    () => tf.tidy(() => run(module, sizesOf(module)).square().sum()),
    variables
  );
  for (const [path, parameter] of parameters) {
    const gradient = (grads as Partial<typeof grads>)[parameter.variable.name];
    if (gradient === undefined) {
      continue;
    }
    expect(gradient.shape, path).toEqual(parameter.shape);
    members
      .filter((member) => member.path === path && parameter.axes[member.dimension].symbols().length === 1)
      .forEach(({ dimension }) => {
        const lost = tf.tidy(
          () =>
            tf
              .gather(gradient, tf.tensor1d([1], 'int32'), dimension)
              .abs()
              .max()
              .dataSync()[0]
        );
        expect(lost, `${name}: ${path}`).toBe(0);
      });
  }
  tf.dispose([value, grads]);
}

function sizesOf(module: core.Module): SizeOf {
  const axes = [...core.axesOf(module).values()].map(({ axis }) => axis);
  return (name, otherwise) => axes.find((axis) => axis.name === name)?.size ?? otherwise;
}
