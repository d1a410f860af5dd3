/** What tests import of vitest, from the packages that vitest is made of, for one process without vitest around it. */
import { ASYMMETRIC_MATCHERS_OBJECT, chai, customMatchers, getState, setState } from '@vitest/expect';
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';
import * as runner from '@vitest/runner';
import { fn, restoreAllMocks, spyOn } from '@vitest/spy';

[JestExtend, JestChaiExpect, JestAsymmetricMatchers].forEach((plugin) => chai.use(plugin));

function makeExpect() {
  const expect = (value, message) => chai.expect(value, message);
  Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);
  expect.getState = () => getState(expect);
  expect.setState = (state) => setState(state, expect);
  setState({ assertionCalls: 0, isExpectingAssertions: false }, expect);
  expect.extend = (matchers) => chai.expect.extend(expect, matchers);
  expect.unreachable = (message) => chai.assert.fail(message ?? 'expected not to be reached');
  expect.extend(customMatchers);
  return expect;
}

const { afterAll, afterEach, beforeAll, beforeEach, describe, it, onTestFinished, suite, test } = runner;

export const vitest = {
  ...{ afterAll, afterEach, beforeAll, beforeEach, describe, it, onTestFinished, suite, test },
  ...{ expect: makeExpect(), vi: { fn, restoreAllMocks, spyOn } }
};
