import { expect, test } from 'vitest';
import { importanceCases, importanceOf } from '../support/importanceCases';

test.each(importanceCases())(
  "PED-ANOVA where $better is better: what Python's Optuna gives of the same trials",
  async (item) => {
    const found = await importanceOf(item, { method: 'ped-anova' });
    expect(Object.keys(found)).toEqual(Object.keys(item['ped-anova']));
    Object.entries(item['ped-anova']).forEach(([label, share]) => expect(found[label]).toBeCloseTo(share, 12));
  }
);

test('fANOVA without scikit-learn in the Python says what is missing', async () => {
  await expect(importanceOf(importanceCases()[0], { method: 'fanova' })).rejects.toThrow(
    'nas.importance: method "fanova" needs a Python with scikit-learn ("ped-anova" does not), got'
  );
});
