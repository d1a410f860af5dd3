import { expectNumber, fail } from '../../base/core';

/** A piece of work on one resource (a compute stream, a link). */
export interface Task {
  name: string;
  resource: string;
  seconds: number;
  /** Names of tasks, listed before it, that must be over. */
  after?: readonly string[];
}

/** When a task ran; seconds from the start. */
export interface Span {
  name: string;
  resource: string;
  start: number;
  end: number;
}

/** Timeline of tasks. */
export interface Timeline {
  spans: Span[];
  /** End of the last task. */
  seconds: number;
  /** Time each resource was at work. */
  busy: Record<string, number>;
}

/**
 * Runs tasks as streams do: a resource works through its own in the order of the list, and each waits for what it depends
 * on. The end of the last is the longest path through both kinds of order.
 *
 * @throws {SwitchyardError} where a dependency is not listed before, or a name comes twice.
 */
export function runTasks(tasks: readonly Task[]): Timeline {
  const ends = new Map<string, number>();
  const free = new Map<string, number>();
  const busy: Record<string, number> = {};
  const spans = tasks.map(({ name, resource, seconds, after = [] }) => {
    expectNumber('sim.runTasks', `seconds of ${name}`, seconds, 0);
    if (ends.has(name)) {
      fail('sim.runTasks', 'names must be unique', name);
    }
    const ready = after.map(
      (other) => ends.get(other) ?? fail('sim.runTasks', `"${name}" must come after what it depends on`, other)
    );
    const start = Math.max(free.get(resource) ?? 0, ...ready);
    const end = start + seconds;
    ends.set(name, end);
    free.set(resource, end);
    busy[resource] = (busy[resource] ?? 0) + seconds;
    return { name, resource, start, end };
  });
  return { spans, seconds: Math.max(0, ...ends.values()), busy };
}
