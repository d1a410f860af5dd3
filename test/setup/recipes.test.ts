import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const guide = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');

interface Recipe {
  /** Heading of CONTRIBUTING.md. */
  heading: string;
  /** Words of the commit that followed it. */
  commit: string;
  /** Every file that the commit touched. */
  files: readonly string[];
}

const RECIPES: readonly Recipe[] = [
  {
    heading: 'To add a router',
    commit: 'A threshold router',
    files: [
      'kernel-lib/src/nn/routers/index.ts',
      'kernel-lib/src/nn/routers/threshold.ts',
      'test/kernel-lib/nn/routers/dynamic.test.ts',
      'test/kernel-lib/nn/routers/members.ts'
    ]
  },
  {
    heading: 'To add a kind of experts',
    commit: 'Linear experts: a mixture',
    files: [
      'kernel-lib/src/namespaces/moe.ts',
      'kernel-lib/src/nn/experts/index.ts',
      'kernel-lib/src/nn/experts/linearExperts.ts',
      'test/kernel-lib/nn/experts/kinds.test.ts',
      'test/kernel-lib/nn/experts/members.ts'
    ]
  },
  {
    heading: 'To add a task',
    commit: 'A task for regression',
    files: [
      'kernel-lib/src/train/tasks/index.ts',
      'kernel-lib/src/train/tasks/regression.ts',
      'test/kernel-lib/train/tasks/common.test.ts',
      'test/kernel-lib/train/tasks/regression.test.ts'
    ]
  }
];

const NUMBERS = ['none', 'one', 'two', 'three', 'four', 'five', 'six'];

/** The text under a heading of the guide. */
function section(heading: string): string {
  const [, text] = guide.split(`## ${heading}\n`);
  return text.split('\n## ')[0];
}

const git = (...args: string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();

describe.each(RECIPES)('$heading', ({ heading, commit, files }) => {
  test('says how many files, and which commit did it', () => {
    const text = section(heading);
    expect(text.toLowerCase()).toContain(`${NUMBERS[files.length]} files`);
    expect(text).toContain(commit);
    files.forEach((file) => expect(existsSync(join(ROOT, file)), file).toBe(true));
  });

  test('is what the commit touched', () => {
    const hash = !existsSync(join(ROOT, '.git'))
      ? ''
      : git('log', '-1', '--format=%H', '--fixed-strings', `--grep=${commit}`);
    // A shallow clone ends before it, and an archive has no history.
    if (hash === '') {
      expect(!existsSync(join(ROOT, '.git')) || git('rev-parse', '--is-shallow-repository') === 'true').toBe(true);
      return;
    }
    expect(git('show', '--format=', '--name-only', hash).split('\n').sort()).toEqual([...files].sort());
  });
});
