import type { TextData } from '../data';
import type { Task } from '../tasks/task';

/** Tells a task from a text, which a language task is made of. */
export function isTask<T extends Pick<Task, 'kind'>>(data: TextData | T): data is T {
  return 'loss' in data;
}
