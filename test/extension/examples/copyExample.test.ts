import type { Contents } from '@jupyterlab/services';
import { expect, test } from 'vitest';
import { copyExample } from '../../../extension/examples/copyExample';

test('a copy takes a name that is free in its folder, and leaves what is there', async () => {
  const saved: [string, unknown][] = [];
  const names = ['quickstart.ipynb', 'quickstart-1.ipynb'];
  const contents = {
    get: () => Promise.resolve({ content: names.map((name) => ({ name })) }),
    save: (path: string, options: Partial<Contents.IModel>) => Promise.resolve(void saved.push([path, options]))
  } as unknown as Contents.IManager;
  const example = { file: 'quickstart.ipynb', title: 'Quickstart' };
  const content = { cells: [] };
  expect(await copyExample(example, content, { contents, folder: 'a/b' })).toBe('a/b/quickstart-2.ipynb');
  const other = { file: 'routers.ipynb', title: 'Routers' };
  expect(await copyExample(other, content, { contents, folder: '' })).toBe('routers.ipynb');
  const whole = { type: 'notebook', format: 'json', content };
  expect(saved).toEqual([
    ['a/b/quickstart-2.ipynb', whole],
    ['routers.ipynb', whole]
  ]);
});
