// @vitest-environment jsdom
import '../support/browser';
import { MIME_TYPE } from '@switchyard/kernel-lib/protocol';
import { afterEach, expect, test } from 'vitest';
import { PayloadRenderer } from '../../../extension/cells/renderer';
import { kind, trans } from '../support/payloads';

let renderer: PayloadRenderer | undefined;

afterEach(() => renderer?.dispose());

async function render(value: unknown): Promise<HTMLElement> {
  renderer = new PayloadRenderer({ trans, themes: null, openPanel: () => undefined });
  const model = { data: { [MIME_TYPE]: value }, metadata: {}, trusted: false, setData: () => undefined };
  await renderer.renderModel(model as unknown as Parameters<PayloadRenderer['renderModel']>[0]);
  return renderer.node;
}

const cells = (node: HTMLElement): string[][] =>
  [...node.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent ?? ''));

test.each([
  ['depth-usage', 'Cost is 16.1 % of the costliest modules, budget 40.0 %.', ['0', '55.0 %', '43.3 %', '1.7 %']],
  ['router-confidence', 'between 46.8 % and 91.2 %', ['0', 'path', '46.8 %', '61.1 %']],
  ['masks', 'Least is kept of unembed: 40.1 %', ['parameters', '1228800', '614400', '50.0 %']],
  ['merge-tree', 'Layer 0 has 8 experts, merged into 4 groups.', ['0', '8', '4', '0.2', '2.1']],
  ['pareto', 'The front has 7 points', ['trial 6', 'search', '1.19', '0.297']],
  ['timeline', 'GPU 1 is idle most: 27.7 % of the time.', ['GPU 0', '2', '1.6', '4.4', '8', '14.9 %']]
] as const)('an output of %s says what matters, with its first numbers', async (name, sentence, row) => {
  const payload = kind(name);
  const node = await render(payload);
  expect(node.textContent).toContain(payload.source.title);
  expect(node.textContent).toContain('finished');
  expect(node.querySelector('p')?.textContent).toContain(sentence);
  expect(cells(node)[0]).toEqual(row);
});

test('a graph is said in a sentence', async () => {
  const node = await render(kind('graph-rewiring'));
  expect(node.textContent).toContain('20 nodes; 39 edges kept, 2 added, 2 removed.');
  expect(node.textContent).toContain('is -1.4, between node 0 and node 15.');
  expect(node.querySelector('table')).toBeNull();
});

test('a long table is cut, and says so', async () => {
  const payload = kind('depth-usage');
  const { data } = payload;
  data.layers = Array.from({ length: 20 }, (_, i) => `layers.${i}`);
  data.usage = data.layers.map(() => [1, 0, 0]);
  data.flops = [];
  data.tokens = null;
  const node = await render(payload);
  // A row for each of 20 layers and one for all.
  expect(cells(node)).toHaveLength(12);
  expect(node.querySelector('caption')?.textContent).toBe('9 more rows in the panel');
});

test('a payload with nothing in it shows its head alone', async () => {
  const payload = kind('timeline');
  payload.data.spans = [];
  const node = await render(payload);
  expect(node.textContent).toContain(payload.source.title);
  expect(node.querySelector('p, table')).toBeNull();
});
