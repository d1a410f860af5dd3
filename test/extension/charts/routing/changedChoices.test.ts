import type { TokenSample } from '@switchyard/kernel-lib/protocol';
import { packChoices } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { changedChoices } from '../../../../extension/charts/routing/changedChoices';
import { routing } from '../../support/payloads';

const layers = [{ ...routing('small').data.layers[0], numExperts: 4, k: 2 }];
const sample: TokenSample = {
  text: ['a', 'b', 'c', 'd'],
  domain: [-1, -1, -1, -1],
  experts: [
    packChoices([
      [0, 1],
      [2, 3],
      [0, 1],
      [0, -1]
    ])
  ],
  weights: [[]],
  earlier: [
    {
      step: 1,
      experts: [
        [
          [0, 1],
          [0, 1],
          [0, 1],
          [0, 1]
        ]
      ]
    },
    {
      step: 4,
      experts: [
        [
          [1, 0],
          [2, 0],
          [0, 1],
          [0, -1]
        ]
      ]
    }
  ],
  truncated: false
};

test('the share of tokens whose experts are others, whatever their order, than at the step before and at the last', () => {
  expect(changedChoices(sample, layers, 9)).toEqual({
    steps: [1, 4, 9],
    sinceBefore: [[null, 0.5, 0.25]],
    againstLast: [[0.5, 0.25, 0]]
  });
});

test('there is nothing to say of a sample that was routed once, or is empty', () => {
  expect(changedChoices({ ...sample, earlier: [] }, layers, 9)).toBeNull();
  expect(changedChoices({ ...sample, earlier: undefined }, layers, 9)).toBeNull();
  expect(changedChoices({ ...sample, text: [] }, layers, 9)).toBeNull();
});
