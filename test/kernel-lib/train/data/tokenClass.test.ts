import { data } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

describe('data.tokenClass', () => {
  test.each([
    ['a', 'letter'],
    ['é', 'letter'],
    [' word', 'letter'],
    ['return', 'keyword'],
    [' for ', 'keyword'],
    ['returned', 'letter'],
    ['7', 'digit'],
    ['2026', 'digit'],
    [' ', 'space'],
    ['↵', 'space'],
    ['⇥', 'space'],
    ['.', 'punctuation'],
    ['=>', 'punctuation'],
    ['_', 'punctuation'],
    ['\\', 'punctuation'],
    ['\\xc3', 'other'],
    ['x2', 'other'],
    ['', 'other']
  ])('%j is %s', (text, expected) => {
    expect(data.tokenClass(text)).toBe(expected);
  });

  test('agrees with how bytes are shown', () => {
    const { decode } = data.bytes();
    const classes = [9, 10, 13, 32, 48, 65, 95, 122, 195].map((byte) => data.tokenClass(decode(byte)));
    expect(classes).toEqual(['space', 'space', 'space', 'space', 'digit', 'letter', 'punctuation', 'letter', 'other']);
  });
});

describe('data.tokenClasses', () => {
  const SHORT: Record<data.TokenClass, string> = {
    ...{ wordStart: 'W', letter: 'l', keyword: 'K', digit: 'd', space: ' ', punctuation: '.', other: '?' }
  };
  const classesOf = (text: string): string => data.tokenClasses([...text]).map((each) => SHORT[each]).join(''); // prettier-ignore

  test.each([
    ['if x1 is not', 'KK Wd KK KKK'],
    ['for_each(a)', 'Wll.Wlll.W.'],
    ['iffy if', 'Wlll KK'],
    ['3if', 'dWl'],
    ['of for', 'Wl KKK'],
    ['a-b', 'W.W'],
    ['', '']
  ])('letter by letter, %j is %j', (text, expected) => {
    expect(classesOf(text)).toBe(expected);
  });

  test('whole words begin a word each, and a keyword may be one or in parts', () => {
    const texts = ['the', ' cat', 's', ' is', ' im', 'port', ' ', '7', '!'];
    const expected = ['wordStart', 'wordStart', 'letter', 'keyword', 'keyword', 'keyword', 'space', 'digit', 'punctuation']; // prettier-ignore
    expect(data.tokenClasses(texts)).toEqual(expected);
  });
});
