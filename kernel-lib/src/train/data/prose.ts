import { askPython } from './askPython';
import type { TextSource } from './source';

const PROGRAM = 'import json, pydoc_data.topics as t; print(json.dumps(t.topics))';

/** English prose: the language reference that Python carries for `help()`; each topic counts as a file. */
export const prose: TextSource = {
  domain: 'prose',
  remedy: 'install a Python that has its documentation topics (pydoc_data)',
  async list({ python }) {
    const topics = await askPython<Record<string, string>>(PROGRAM, python);
    const files = Object.keys(topics)
      .sort()
      .map((name) => ({ name, read: () => `${topics[name]}\n` }));
    return { files, where: "Python's pydoc_data.topics" };
  }
};
