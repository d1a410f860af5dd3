/** @file A copy of a shipped notebook in the reader's folder. */
import type { Contents } from '@jupyterlab/services';
import type { IExample } from './shipped';

/** Saves a copy in a folder, under a name that is free there; gives its path. */
export async function copyExample(
  example: IExample,
  content: unknown,
  { contents, folder }: { contents: Pick<Contents.IManager, 'get' | 'save'>; folder: string }
): Promise<string> {
  const { content: there } = await contents.get(folder, { content: true });
  const taken = new Set((there as Contents.IModel[]).map(({ name }) => name));
  const stem = example.file.replace(/\.ipynb$/, '');
  let name = example.file;
  for (let copy = 1; taken.has(name); copy++) {
    name = `${stem}-${copy}.ipynb`;
  }
  const path = [folder, name].filter(Boolean).join('/');
  await contents.save(path, { type: 'notebook', format: 'json', content });
  return path;
}
