'use strict';

const path = require('path');

/**
 * A test that was not run. `because`: null where nothing says why.
 * @typedef {{ file: string, test: string, because: string | null }} Skipped
 */

/**
 * @param {{ testResults?: any[] } | null | undefined} report - Vitest's, as JSON; a reason is what `test/support/because.ts` puts into a test's options.
 * @param {string} root
 * @returns {Skipped[]}
 */
function skippedInVitest(report, root) {
  return (report?.testResults ?? []).flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter((/** @type {any} */ { status }) => !['passed', 'failed'].includes(status))
      .map((/** @type {any} */ { fullName, meta }) => ({
        ...{ file: path.relative(root, name), test: fullName.trim(), because: meta?.because ?? null }
      }))
  );
}

/**
 * @param {string} xml - JUnit's format, as pytest writes it.
 * @returns {Skipped[]}
 */
function skippedInJunit(xml) {
  const cases = xml.matchAll(/<testcase\s([^>]*[^/])>\s*<skipped\b([^>]*)>/g);
  return Array.from(cases, ([, of, skip]) => ({
    file: `${attribute(of, 'classname')?.replaceAll('.', '/') ?? ''}.py`,
    test: attribute(of, 'name') ?? '',
    because: attribute(skip, 'message')
  }));
}

/**
 * @param {any} report - Playwright's, as JSON: suites in suites.
 * @returns {Skipped[]}
 */
function skippedInPlaywright(report) {
  const within = (/** @type {any} */ suite) => [
    ...(suite.suites ?? []).flatMap(within),
    ...(suite.specs ?? []).flatMap((/** @type {any} */ { file, title, tests }) =>
      tests
        .filter((/** @type {any} */ { status }) => status === 'skipped')
        .map((/** @type {any} */ { annotations = [] }) => ({
          ...{ file, test: title },
          because:
            annotations.find((/** @type {any} */ { type }) => ['skip', 'fixme'].includes(type))?.description ?? null
        }))
    )
  ];
  return (report?.suites ?? []).flatMap(within);
}

/**
 * A line for each test that was skipped, those of one reason together.
 * @param {readonly Skipped[]} skipped
 * @returns {string[]}
 */
function skippedLines(skipped) {
  const lines = skipped.map(({ file, test, because }) => [because ?? 'no reason is given', `${file}: ${test}`]);
  return lines
    .sort(([a, one], [b, other]) => compare(a, b) || compare(one, other))
    .map(([why, which]) => `  skipped, ${why}: ${which}`);
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * @param {string} attributes - Of a tag.
 * @param {string} name
 * @returns {string | null}
 */
function attribute(attributes, name) {
  const found = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes);
  return found === null ? null : unescape(found[1]);
}

/** @type {Record<string, string>} */
const NAMED = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** @param {string} text */
function unescape(text) {
  return text.replace(/&(?:#(x?)([0-9a-f]+)|(\w+));/gi, (whole, hex, code, name) =>
    name === undefined ? String.fromCodePoint(parseInt(code, hex === '' ? 10 : 16)) : (NAMED[name] ?? whole)
  );
}

module.exports = { skippedInVitest, skippedInJunit, skippedInPlaywright, skippedLines };
