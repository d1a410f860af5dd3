/** @file One update of Adam in both forms that run here, the custom op and TensorFlow's own kernel, against algorithm 1 in plain numbers. */
import { tf } from '@switchyard/kernel-lib';
import { useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { adamUpdate } from '@switchyard/kernel-lib/dist/train/loop/adamUpdate.js';
import { afterEach, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';

afterEach(() => useCustomOps(true));

const NUMBERS = { scale: 0.5, beta1: 0.8, beta2: 0.9, epsilon: 0.01, update: 3 };
const PARAMETERS = [
  { value: [1, -2, 3], firstMoment: [0.1, 0, -0.4], secondMoment: [0.2, 0, 0.3], gradient: [2, -1, 0], rate: 0.1, kept: 0.9 },
  { value: [5, 7], firstMoment: [0, 1], secondMoment: [0, 1], gradient: [1e-3, -4], rate: 0.02, kept: 1 }
]; // prettier-ignore

/** Algorithm 1 of arXiv 1412.6980, and the decay of arXiv 1711.05101, as they are written. */
function byHand({ value, firstMoment, secondMoment, gradient, rate, kept }: (typeof PARAMETERS)[number]) {
  const { scale, beta1, beta2, epsilon, update } = NUMBERS;
  const first = firstMoment.map((m, i) => beta1 * m + (1 - beta1) * scale * gradient[i]);
  const second = secondMoment.map((v, i) => beta2 * v + (1 - beta2) * (scale * gradient[i]) ** 2);
  const next = value.map((x, i) => {
    const [m, v] = [first[i] / (1 - beta1 ** update), second[i] / (1 - beta2 ** update)];
    return kept * x - (rate * m) / (Math.sqrt(v) + epsilon);
  });
  return { value: next, firstMoment: first, secondMoment: second };
}

test.each([true, false])('an update is the algorithm’s; custom ops: %s', (custom) => {
  useCustomOps(custom);
  expectNoLeak(() =>
    tf.tidy(() => {
      const items = PARAMETERS.map(({ value, firstMoment, secondMoment, gradient, rate, kept }) => ({
        ...{ value: tf.tensor1d(value), firstMoment: tf.tensor1d(firstMoment) },
        ...{ secondMoment: tf.tensor1d(secondMoment), gradient: tf.tensor1d(gradient), rate, kept }
      }));
      const states = adamUpdate(items, NUMBERS);
      states.forEach((state, i) => {
        const expected = byHand(PARAMETERS[i]);
        expectClose(state.value, expected.value, 1e-6);
        expectClose(state.firstMoment, expected.firstMoment, 1e-6);
        expectClose(state.secondMoment, expected.secondMoment, 1e-6);
        // What went in is as it was.
        expect([...items[i].value.dataSync()]).toEqual(PARAMETERS[i].value);
        expectClose(items[i].firstMoment, PARAMETERS[i].firstMoment, 1e-7);
      });
    })
  );
});

test.each([true, false])(
  'of a masked parameter gradients count as 0, whatever they are, and values become 0; custom ops: %s',
  (custom) => {
    useCustomOps(custom);
    expectNoLeak(() =>
      tf.tidy(() => {
        const [plain, other] = PARAMETERS.map(({ value, firstMoment, secondMoment, gradient, rate, kept }) => ({
          ...{ value: tf.tensor1d(value), firstMoment: tf.tensor1d(firstMoment) },
          ...{ secondMoment: tf.tensor1d(secondMoment), gradient: tf.tensor1d(gradient), rate, kept }
        }));
        const masked = { ...other, gradient: tf.tensor1d([1e-3, NaN]), mask: tf.tensor1d([1, 0], 'bool') };
        const [first, second] = adamUpdate([plain, masked], NUMBERS);
        expectClose(first.value, byHand(PARAMETERS[0]).value, 1e-6);
        const expected = byHand({ ...PARAMETERS[1], gradient: [1e-3, 0] });
        expectClose(second.value, [expected.value[0], 0], 1e-6);
        expectClose(second.firstMoment, expected.firstMoment, 1e-6);
        expectClose(second.secondMoment, expected.secondMoment, 1e-6);
      })
    );
  }
);
