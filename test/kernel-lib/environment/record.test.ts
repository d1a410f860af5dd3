import { environment } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { environmentChanges } from '../../../kernel-lib/bin/notebooks/environment.js';

const recordOf = (version: string) =>
  environment.environmentRecord({
    data: { text: { hash: 'ab12', packages: { three: version } }, own: 'cd34' }
  });

test('a record has the versions of the packages that a corpus was read from, and its text says them', () => {
  const record = recordOf('1.0.0');
  expect(record.data).toEqual({ text: 'ab12', own: 'cd34' });
  expect(record.packages).toEqual({ three: '1.0.0' });
  expect(environment.environmentText(record)).toMatch(/^text of +three 1\.0\.0$/m);
  expect(environment.environmentText(environment.environmentRecord())).not.toContain('text of');
});

test('another version of such a package is said, and an older record without them is read', () => {
  const now = recordOf('1.1.0');
  expect(environmentChanges(recordOf('1.0.0'), now)).toEqual(['text of three: saved with 1.0.0, now 1.1.0']);
  expect(environmentChanges({ ...now, packages: undefined }, now)).toEqual([
    'text of three: saved with none, now 1.1.0'
  ]);
});
