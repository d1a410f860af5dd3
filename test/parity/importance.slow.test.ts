import { expect, test } from 'vitest';
import { importanceCases, importanceOf } from '../support/importanceCases';
import { searchPython } from '../support/searchPython';

test.each(importanceCases())(
  "fANOVA where $better is better: what Python's Optuna gives of the same trials",
  async (item) => {
    const found = await importanceOf(item, { method: 'fanova', python: searchPython() });
    expect(Object.keys(found)).toEqual(Object.keys(item.fanova));
    Object.entries(item.fanova).forEach(([label, share]) => expect(found[label]).toBeCloseTo(share, 9));
  }
);
