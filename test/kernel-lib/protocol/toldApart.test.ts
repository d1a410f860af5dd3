import { protocol } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('paths that fit stay whole', () => {
  expect(protocol.toldApart(['layers.0.w', 'layers.1.w'], 10)).toEqual(['layers.0.w', 'layers.1.w']);
});

test('what all begin and end with goes first', () => {
  const paths = ['layers.0.attention.qkv.weight', 'layers.1.feedForward.w1.weight'];
  expect(protocol.toldApart(paths, 22)).toEqual(['0.attention.qkv', '1.feedForward.w1']);
});

test('then the middle, behind the number', () => {
  const paths = ['layers.10.attention.output.weight', 'layers.11.attention.output.weight', 'head'];
  const shown = protocol.toldApart(paths, 20);
  expect(shown).toEqual(['layers.10…put.weight', 'layers.11…put.weight', 'head']);
  expect(shown.every((text) => text.length <= 20)).toBe(true);
});

test('one alone, and ones that are equal, keep a name', () => {
  expect(protocol.toldApart(['model.decoder.layers.3.w'], 12)).toEqual([expect.stringMatching(/^.{1,12}$/)]);
  expect(protocol.toldApart(['a.very.long.name', 'a.very.long.name'], 8)).toEqual(['name', 'name']);
  expect(protocol.toldApart([], 8)).toEqual([]);
});
