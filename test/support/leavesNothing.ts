import { afterAll, beforeAll, expect } from 'vitest';

/** What a file of tests could leave changed to the next one of its process, by name. */
const state = (): Map<string, unknown> =>
  new Map<string, unknown>([
    ...Object.entries(process.env).map(([name, value]): [string, unknown] => [`process.env.${name}`, value]),
    ['process.cwd()', process.cwd()],
    ['process.exitCode', process.exitCode],
    ['Math.random', Math.random],
    ['Date', Date],
    ['setTimeout', setTimeout],
    ['setImmediate', setImmediate],
    ['the display', (globalThis as unknown as Record<symbol, unknown>)[Symbol.for('switchyard.display')]]
  ]);

let before: Map<string, unknown>;
beforeAll(() => {
  before = state();
});
// Names alone are said: variables may hold what nobody else should read.
afterAll(() => {
  const after = state();
  const names = [...new Set([...before.keys(), ...after.keys()])];
  expect(
    names.filter((name) => before.get(name) !== after.get(name)),
    'what this file leaves changed to the next one of its process'
  ).toEqual([]);
});
