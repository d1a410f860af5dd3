import { describe, expect, it } from 'vitest';
import { countJunit } from '../../kernel-lib/bin/tests/runners.js';
import { judge, totalLine } from '../../kernel-lib/bin/tests/tally.js';

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
