import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { io } from '@switchyard/kernel-lib';
import { afterAll, expect, test } from 'vitest';
import { writeSparse } from '../../../support/sparseFile';

const folder = mkdtempSync(path.join(tmpdir(), 'switchyard-large-'));
afterAll(() => rmSync(folder, { recursive: true }));

// That one tensor may be larger than what Node reads at once is in large.slow.test.ts.
test('a tensor beyond 2 GiB of a file is read, and no other where no other is wanted', () => {
  const file = path.join(folder, 'sparse.safetensors');
  writeSparse(file);
  const { tensors, metadata } = io.readSafetensors(file, { only: (name) => name === 'small' });
  expect(metadata).toEqual({ note: 'large' });
  expect([...tensors]).toEqual([['small', { shape: [2], values: Int32Array.of(5, 6) }]]);
});
