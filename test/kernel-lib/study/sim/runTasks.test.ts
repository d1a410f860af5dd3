import { sim } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('a resource works in order and waits for what a task depends on', () => {
  const { spans, seconds, busy } = sim.runTasks([
    { name: 'send a', resource: 'link', seconds: 2 },
    { name: 'send b', resource: 'link', seconds: 3 },
    { name: 'use a', resource: 'compute', seconds: 1, after: ['send a'] },
    { name: 'use b', resource: 'compute', seconds: 4, after: ['send b'] }
  ]);
  expect(spans.map(({ start, end }) => [start, end])).toEqual([
    [0, 2],
    [2, 5],
    [2, 3],
    [5, 9]
  ]);
  expect(seconds).toBe(9);
  expect(busy).toEqual({ link: 5, compute: 5 });
  expect(sim.runTasks([]).seconds).toBe(0);
});

test('refuses what cannot be run', () => {
  const task = { name: 'a', resource: 'r', seconds: 1 };
  expect(() => sim.runTasks([{ ...task, after: ['b'] }])).toThrow('"a" must come after what it depends on, got b');
  expect(() => sim.runTasks([task, task])).toThrow('names must be unique, got a');
  expect(() => sim.runTasks([{ ...task, seconds: -1 }])).toThrow('seconds of a must be a number of at least 0, got -1');
});
