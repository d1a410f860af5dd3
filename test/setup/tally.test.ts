import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { countJunit } from '../../kernel-lib/bin/tests/runners.js';
import { skippedInJunit, skippedInPlaywright, skippedInVitest } from '../../kernel-lib/bin/tests/skipped.js';
import { closing, judge, totalLine } from '../../kernel-lib/bin/tests/tally.js';
import { temporaryFolder } from './sandbox';

const ROOT = join(import.meta.dirname, '../..');

const counts = (passed: number, failed: number, skipped = 0): Parameters<typeof totalLine>[0][number] => ({
  passed,
  failed,
  skipped
});

describe('judge', () => {
  it('takes a clean run as it is', () => {
    expect(judge({ code: 0, counts: counts(5, 0, 1) })).toEqual({ ...counts(5, 0, 1), note: '' });
  });

  it('counts a runner that ran nothing as a failure, even if it says it is well', () => {
    expect(judge({ code: 0, counts: counts(0, 0) })).toMatchObject({ failed: 1, note: /ran no test/ });
  });

  it('counts a crash after passing tests as a failure', () => {
    expect(judge({ code: 139, counts: counts(5, 0) })).toMatchObject({ passed: 5, failed: 1, note: /139/ });
  });

  it('does not count a failure twice', () => {
    expect(judge({ code: 1, counts: counts(5, 2) })).toMatchObject(counts(5, 2));
  });
});

describe('totalLine', () => {
  it('adds up', () => {
    expect(totalLine([counts(2, 0), counts(3, 1)])).toBe('5 passed, 1 failed');
    expect(totalLine([counts(2, 0, 4)])).toBe('2 passed, 0 failed, 4 skipped');
  });
});

describe('countJunit', () => {
  it('adds the suites, errors among the failures', () => {
    const xml = `<?xml version="1.0"?><testsuites name="all tests" tests="99">
      <testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1.0"><testcase/></testsuite>
      <testsuite name="more" errors="0" failures="0" skipped="0" tests="4"></testsuite></testsuites>`;
    expect(countJunit(xml)).toEqual({ passed: 8, failed: 3, skipped: 3 });
  });

  it('finds nothing in a report that was cut short', () => {
    expect(countJunit('<?xml version="1.0"?>')).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

describe('closing', () => {
  it('says of each test that was skipped which and why, those of one reason together, and the total last', () => {
    const skips = [
      { file: 'b.py', test: 'two', because: 'no torch' },
      { file: 'c.test.ts', test: 'three', because: null },
      { file: 'a.test.ts', test: 'of a one', because: 'no torch' }
    ];
    expect(closing([counts(2, 0, 1), counts(1, 0, 2)], skips)).toBe(
      [
        '  skipped, no reason is given: c.test.ts: three',
        '  skipped, no torch: a.test.ts: of a one',
        '  skipped, no torch: b.py: two',
        '3 passed, 0 failed, 3 skipped'
      ].join('\n')
    );
    expect(closing([counts(2, 0)], [])).toBe('2 passed, 0 failed');
  });
});

describe('which tests were skipped', () => {
  it('by Vitest: as its options say, or those of a group round it', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'some.test.ts');
    writeFileSync(
      file,
      `import { describe, test } from 'vitest';
       const because = (reason: string) => ({ meta: { because: reason } });
       test('runs', () => {});
       test.skipIf(false)('runs too', because('never'), () => {});
       test.skipIf(true)('alone', because('no torch'), () => {});
       describe.skipIf(true)('a group', because('no database'), () => test('one', () => {}));
       test.skip('bare', () => {});
       test.todo('later');`
    );
    const report = join(folder, 'report.json');
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const words = ['run', '--root', folder, '--reporter=json', `--outputFile=${report}`];
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const run = spawnSync(process.execPath, [vitest, ...words], { encoding: 'utf8', cwd: folder });
    expect(run.status, run.stderr).toBe(0);
    expect(skippedInVitest(JSON.parse(readFileSync(report, 'utf8')) as object, folder)).toEqual([
      { file: 'some.test.ts', test: 'alone', because: 'no torch' },
      { file: 'some.test.ts', test: 'a group one', because: 'no database' },
      { file: 'some.test.ts', test: 'bare', because: null },
      { file: 'some.test.ts', test: 'later', because: null }
    ]);
    expect(skippedInVitest(null, folder)).toEqual([]);
  }, 60_000);

  it('by pytest, as its JUnit report says', () => {
    const xml = `<testsuites><testsuite tests="4"><testcase classname="test.kernel.test_a" name="test_runs" time="0.1" />
      <testcase classname="test.kernel.test_a" name="test_real[&quot;x&quot; &lt; 1]" time="0.0"><skipped type="pytest.skip" message="no &apos;torch&apos; &amp; no time&#10;at all">a.py:82: no torch</skipped></testcase>
      <testcase classname="test.kernel.test_b" name="test_failed" time="0.1"><failure message="x">y</failure></testcase>
      <testcase classname="test.kernel.test_b" name="test_bare" time="0.0"><skipped type="pytest.skip"/></testcase></testsuite></testsuites>`;
    expect(skippedInJunit(xml)).toEqual([
      { file: 'test/kernel/test_a.py', test: 'test_real["x" < 1]', because: "no 'torch' & no time\nat all" },
      { file: 'test/kernel/test_b.py', test: 'test_bare', because: null }
    ]);
  });

  it('by Playwright, in groups of groups', () => {
    const spec = (title: string, status: string, annotations?: object[]) => ({
      ...{ file: 'a.spec.ts', title, tests: [{ status, ...(annotations ? { annotations } : {}) }] }
    });
    const report = {
      suites: [
        {
          specs: [spec('runs', 'expected'), spec('bare', 'skipped')],
          suites: [{ specs: [spec('deep', 'skipped', [{ type: 'skip', description: 'no GPU' }])] }]
        }
      ]
    };
    expect(skippedInPlaywright(report)).toEqual([
      { file: 'a.spec.ts', test: 'deep', because: 'no GPU' },
      { file: 'a.spec.ts', test: 'bare', because: null }
    ]);
    expect(skippedInPlaywright(null)).toEqual([]);
  });

  it('is said of each: no test of the library, the extension or the set-up is skipped without a reason', () => {
    const files = globSync('test/**/*.test.ts', { cwd: ROOT, absolute: true });
    const calls = files.flatMap((file) => {
      const text = readFileSync(file, 'utf8').replace(/`[^`]*`/g, '``');
      return [...text.matchAll(/\b(?:test|it|describe)\.(skipIf|runIf|skip|todo)\b[\s\S]{0,400}/g)].map(
        ([call]) => call
      );
    });
    expect(calls.length).toBeGreaterThan(5);
    calls.forEach((call) =>
      expect(call).toMatch(/^\w+\.(skipIf|runIf)\(.*\)\(\s*(['"`]).*\2,\s*(\{[^}]*\.\.\.)?(because\(|ofCustomOps\b)/)
    );
  });
});
