import { adaptive, type core, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, setValue } from '../../../support/networks';
import { expectNoLeak } from '../../../support/numeric';

const x = makeTokens(5);
const two = (): layers.Sequential => new layers.Sequential([makeNetwork(), makeNetwork()]);
const distance = (teacher: core.Module, student: core.Module, paths: string[]): number =>
  tf.tidy(() => adaptive.featureDistance(teacher, student, { paths, x }).dataSync()[0]);
const intercepted = (model: core.Module): string[] =>
  [...model.modules()].filter(([, module]) => Object.hasOwn(module, 'apply')).map(([path]) => path);

describe('adaptive.featureDistance', () => {
  test('is the mean square of the differences, over all the values of all the paths', () => {
    const [teacher, student] = [two(), two()];
    expect(distance(teacher, student, ['0', '1'])).toBe(0);
    // The second network adds 3 to each of its outputs, which are half of the values compared.
    setValue(student, '1.w2.bias', (bias) => bias.add(3));
    expect(distance(teacher, student, ['0', '1'])).toBeCloseTo(9 / 2, 5);
    expect(distance(teacher, student, ['1'])).toBeCloseTo(9, 5);
    [teacher, student].forEach((model) => model.dispose());
  });

  test.each([
    ['a path that is not there', ['0', 'nowhere'], 'the model must have "nowhere"'],
    ['a pass that fails', ['0', '1'], 'the second fails']
  ])('%s leaves nothing behind, on the models or on the device', (_, paths, message) => {
    const [teacher, student] = [two(), two()];
    const release = student.children.get('1')!.intercept(() => {
      throw new Error('the second fails');
    });
    expectNoLeak(() => expect(() => distance(teacher, student, paths)).toThrow(message));
    release();
    expect([...intercepted(teacher), ...intercepted(student)]).toEqual([]);
    [teacher, student].forEach((model) => model.dispose());
  });

  test('a path that is named twice leaks nothing', () => {
    const model = two();
    expectNoLeak(() => distance(model, model, ['0', '0']));
    model.dispose();
  });
});
