import { expect, test } from 'vitest';
import { searchTokens } from '../../../../extension/charts/routing/searchTokens';

test('a text is found within a token and across tokens, in any case', () => {
  const tokens = ['The ', 'state', 'ment', ' is a ', 'Statement'];
  expect(searchTokens(tokens, 'statement')).toEqual([
    { first: 1, last: 2 },
    { first: 4, last: 4 }
  ]);
  expect(searchTokens(tokens, 't is')).toEqual([{ first: 2, last: 3 }]);
  expect(searchTokens(tokens, 'the statement is')).toEqual([{ first: 0, last: 3 }]);
  expect(searchTokens(tokens, 'nowhere')).toEqual([]);
  expect(searchTokens(tokens, '')).toEqual([]);
});

test('several places in one token count, and they do not overlap', () => {
  expect(searchTokens(['aaaa', 'a'], 'aa')).toEqual([
    { first: 0, last: 0 },
    { first: 0, last: 0 }
  ]);
});

test('empty tokens and letters whose lower case is longer shift nothing', () => {
  expect(searchTokens(['', 'İİ', '', 'x', 'y'], 'x')).toEqual([{ first: 3, last: 3 }]);
});
