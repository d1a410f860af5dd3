import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

const { processorName } = createRequire(import.meta.url)(
  '../../../../kernel-lib/dist/base/backend/processor.js'
) as typeof import('../../../../kernel-lib/src/base/backend/processor');

const cpu = (model: number, flags: string): string =>
  `processor\t: 0\ncpu family\t: 25\nmodel\t\t: ${model}\nmodel name\t: AMD EPYC\nflags\t\t: fpu sse ${flags} ht\n`;

test('tells generations apart that have one name', () => {
  expect(processorName(cpu(1, 'avx avx2 fma'))).toBe('AMD EPYC, family 25 model 1, avx avx2 fma');
  expect(processorName(cpu(17, 'avx2 avx512f'))).toBe('AMD EPYC, family 25 model 17, avx2 avx512f');
});

test('says what it knows where that is less', () => {
  expect(processorName('processor\t: 0\nmodel name\t: Cortex\nFeatures\t: fp asimd\n')).toBe('Cortex, asimd');
  expect(processorName('').length).toBeGreaterThan(0);
});
