import { core, layers, models, prune, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { outputOf, setValue } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';
import { expectShrinks } from '../../../support/shrinking';

const CELLS: layers.RecurrentCell[] = ['tanh', 'relu', 'gru', 'lstm'];
const random = core.Random.fromSeed(1);
const ids = tf.tensor2d([1, 5, 9, 3, 2, 2, 11, 4], [2, 4], 'int32');

test.each(CELLS)('%s: hidden units and inputs can be cut', (cell) => {
  const cut = expectShrinks({
    make: () => new layers.Recurrent({ inputWidth: 3, hidden: 4, cell, random }),
    run: (layer, size) => layer.apply(spread([2, 5, size('inputs', 3)]), core.Context.create())
  });
  expect(cut).toEqual(['input.inputs', 'hidden']);
});

test('the state of a cell that adds up is the sum of what came, by hand', () => {
  const layer = new layers.Recurrent({ inputWidth: 1, hidden: 1, cell: 'relu', random });
  setValue(layer, 'input.weight', () => tf.tensor2d([[2]]));
  setValue(layer, 'recurrent.weight', () => tf.tensor2d([[1]]));
  setValue(layer, 'recurrent.bias', () => tf.tensor1d([0.5]));
  expectClose(outputOf(layer, tf.tensor3d([1, 0, -3, 2], [1, 4, 1])), [2.5, 3, 0, 4.5]);
  layer.dispose();
});

test.each(CELLS)('%s: half of the hidden units go, of every gate at once; shrunk is masked', (cell) => {
  const model = models.recurrentNetwork({ vocabSize: 12, width: 5, hidden: [6, 8], cell, classes: 3, seed: 2 });
  const masked = prune.structured(model, { ratio: 0.5, mode: 'mask' });
  const shrunk = prune.structured(model, { ratio: 0.5 });
  expect(shrunk.report.groups.map(({ size, kept }) => [size, kept.length])).toEqual([[6, 3], [8, 4]]); // prettier-ignore
  expectClose(outputOf(shrunk.model, ids), outputOf(masked.model, ids), 1e-6);
  const gates = { tanh: 1, relu: 1, gru: 3, lstm: 4 }[cell];
  const shapeOf = (path: string) => shrunk.model.parameters().get(path)!.shape;
  expect([shapeOf('layers.0.recurrent.weight'), shapeOf('layers.1.input.weight')]).toEqual([[3, 3 * gates], [3, 4 * gates]]); // prettier-ignore
  const again = models.build(shrunk.model.spec);
  expect(again.countParameters()).toBe(shrunk.model.countParameters());
  [model, masked.model, shrunk.model, again].forEach((each) => each.dispose());
});

test('what is read is the last position, and the order of the symbols counts', () => {
  const model = models.recurrentNetwork({ vocabSize: 12, width: 5, hidden: [6], classes: 3, seed: 2 });
  const of = (rows: number[][]) => outputOf(model, tf.tensor2d(rows, undefined, 'int32'));
  const [first, second] = [of([[1, 2, 3]]), of([[2, 1, 3]])];
  expect(Math.max(...first.map((value, i) => Math.abs(value - second[i])))).toBeGreaterThan(1e-3);
  model.dispose();
});

test('a sequence of one position has gradients', () => {
  const layer = new layers.Recurrent({ inputWidth: 2, hidden: 3, cell: 'gru', random });
  tf.tidy(() => {
    const read = (x: tf.Tensor): tf.Scalar => layer.apply(x, core.Context.create()).slice([0, 0, 0], [1, 1, -1]).sum();
    const [one, two] = [tf.ones([1, 1, 2]), tf.ones([1, 2, 2])];
    expectClose(tf.grad(read)(one).flatten(), tf.grad(read)(two).flatten().slice([0], [2]), 1e-6);
  });
  layer.dispose();
});

test('options are checked', () => {
  const make = (changes: object) => () =>
    new layers.Recurrent({ inputWidth: 2, hidden: 3, cell: 'gru', random, ...changes });
  expect(make({ cell: 'rnn' })).toThrow('layers.Recurrent: cell must be one of');
  expect(make({ hidden: 0 })).toThrow('layers.Recurrent: hidden must be');
  expect(() => models.recurrentNetwork({ vocabSize: 2, width: 2, hidden: [], classes: 2 })).toThrow('models.recurrentNetwork: the number of recurrent layers'); // prettier-ignore
});
