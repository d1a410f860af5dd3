/** @file What is saved of each kind of experts, and under which names: files that are there must be read later. */
import { expect, test } from 'vitest';
import { makeLayer, WIDTH } from '../../../support/moeLayer';
import { stored } from '../../../support/stored';
import { INSIDE, MEMBERS } from './members';

const STORED: Record<string, string[]> = {
  plain: ['w1 [experts, width, hidden]', 'w2 [experts, hidden, width]'],
  'plain, with biases': [
    'w1 [experts, width, hidden]',
    'b1 [experts, hidden] no decay',
    'w2 [experts, hidden, width]',
    'b2 [experts, width] no decay'
  ],
  gated: ['w1 [experts, width, hidden]', 'w3 [experts, width, hidden]', 'w2 [experts, hidden, width]'],
  zero: [],
  copy: [],
  constant: ['w [experts, width, kept, replaced!]', 'v [experts, width] no decay'],
  'low-rank': [
    'w1.u [experts, width, rank]',
    'w1.v [experts, rank, hidden]',
    'w2.u [experts, hidden, rank]',
    'w2.v [experts, rank, width]'
  ],
  'low-rank and sparse': [
    'w1.u [experts, width, rank]',
    'w1.v [experts, rank, hidden!]',
    'w1.s [experts, width, dense!]',
    'w3.u [experts, width, rank]',
    'w3.v [experts, rank, hidden!]',
    'w3.s [experts, width, dense!]',
    'w2.u [experts, hidden!, rank]',
    'w2.v [experts, rank, width]',
    'w2.s [experts, dense!, width]'
  ],
  linear: ['w [experts, width, width]', 'b [experts, width] no decay'],
  modulated: [
    'gamma [experts, width] no decay',
    'beta [experts, width] no decay',
    'block.w1 [block!, width, hidden]',
    'block.w2 [block!, hidden, width]'
  ],
  forecast: ['u [experts, width, rank]', 'v [experts, rank, width]'],
  averaged: ['each.w1 [experts, width, hidden]', 'each.w2 [experts, hidden, width]'],
  aliased: [
    'stored.w1 [experts!, width, hidden]',
    'stored.w3 [experts!, width, hidden]',
    'stored.w2 [experts!, hidden, width]'
  ],
  mixed: [
    'plain0.w1 [experts, width, hidden]',
    'plain0.w2 [experts, hidden, width]',
    'constant2.w [experts, width, kept, replaced!]',
    'constant2.v [experts, width] no decay'
  ],
  variant: ['w1 [experts, width, hidden]', 'w3 [experts, width, hidden]', 'w2 [experts, hidden, width]'],
  lora: [
    'w1.a [experts, width, rank]',
    'w1.b [experts, rank, hidden]',
    'w2.a [experts, hidden, rank]',
    'w2.b [experts, rank, width]'
  ],
  'shared slices': [],
  recursive: [],
  'owned elsewhere': []
};

test.each(Object.entries(MEMBERS))('%s', (name, member) => {
  const layer = makeLayer({ hidden: INSIDE, expertKind: member.spec(), live: member.live?.(WIDTH, INSIDE) });
  expect(stored(layer.experts)).toEqual(STORED[name]);
  layer.dispose();
});
