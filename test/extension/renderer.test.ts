// @vitest-environment jsdom
import './support/browser';
import { MIME_TYPE } from '@switchyard/kernel-lib/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { COLOUR_SCHEMES, loadCeiling, loadColour } from '../../extension/charts';
import type { PanelSettings } from '../../extension/panelSettings';
import { createRendererFactory, PayloadRenderer } from '../../extension/renderer';
import { changeableSettings } from '../support/settings';
import { routing, training, trans } from './support/payloads';

const openPanel = vi.fn();
let renderer: PayloadRenderer | undefined;

afterEach(() => renderer?.dispose());

function render(...values: unknown[]): Promise<HTMLElement> {
  return renderWith(undefined, ...values);
}

async function renderWith(settings: PanelSettings | undefined, ...values: unknown[]): Promise<HTMLElement> {
  renderer = new PayloadRenderer({ trans, themes: null, settings, openPanel });
  for (const value of values) {
    const model = { data: { [MIME_TYPE]: value }, metadata: {}, trusted: false, setData: () => undefined };
    await renderer.renderModel(model as unknown as Parameters<PayloadRenderer['renderModel']>[0]);
  }
  return renderer.node;
}

test('a payload shows its title, step, a rectangle for each expert, and the key numbers', async () => {
  const payload = routing();
  const node = await render(payload);
  expect(node.textContent).toContain('MoE transformer, top-2 of 16');
  expect(node.textContent).toContain('step 120 of 500');
  const rows = [...node.querySelectorAll('tbody tr')];
  expect(rows.map((row) => row.querySelectorAll('rect').length)).toEqual([16, 16, 16, 16]);
  expect(rows[0].children[2].textContent).toBe('2.37');
});

test('the loads have the colours of the settings, at once when these change', async () => {
  const { settings, change } = changeableSettings();
  const payload = routing();
  const { load, numExperts } = payload.data.layers[0];
  const ceiling = loadCeiling(payload.data.layers.map((layer) => layer.load.map((share) => share * layer.numExperts)));
  const node = await renderWith(settings, payload);
  for (const scheme of ['okabe-ito', 'tol', 'grey'] as const) {
    change({ colourScheme: scheme });
    const fills = [...node.querySelectorAll('tbody tr:first-child rect')].map((rect) => rect.getAttribute('fill'));
    expect(fills).toEqual(load.map((share) => loadColour(share * numExperts, ceiling, COLOUR_SCHEMES[scheme].light)));
  }
});

test('rendering again replaces what was there', async () => {
  const node = await render(routing(), routing('finished'), routing('finished'));
  expect(node.querySelectorAll('table')).toHaveLength(1);
  expect(node.textContent).toContain('step 500 of 500 · finished');
});

test('a payload that comes as text is read', async () => {
  expect((await render(JSON.stringify(routing()))).querySelectorAll('tbody tr')).toHaveLength(4);
});

test('markup in a label is text', async () => {
  const payload = routing('small');
  payload.source.title = '<img src=x onerror="globalThis.hacked = true">';
  payload.data.layers[0].path = '<script>globalThis.hacked = true</script>';
  const node = await render(payload);
  expect(node.querySelector('img, script')).toBeNull();
  expect(node.textContent).toContain('<img src=x');
  expect(globalThis).not.toHaveProperty('hacked');
});

test.each([
  ['malformed', { ...routing(), data: 3 }, 'does not follow the payload contract'],
  ['no object', null, 'does not follow the payload contract'],
  ['too new', { ...routing(), schemaVersion: '7.0' }, 'later version'],
  ['unknown', { ...routing(), kind: 'holography' }, 'of a kind that this extension does not draw'],
  ['too large', { ...routing(), padding: 'x'.repeat(10_000_000) }, 'too large']
])('a payload that is %s is said to be so in words', async (_, value, sentence) => {
  const node = await render(value);
  expect(node.textContent).toContain(sentence);
  expect(node.textContent!.length).toBeLessThan(400);
});

test('a run without routers shows its head alone', async () => {
  const node = await render(training());
  expect(node.textContent).toContain('dense transformer');
  expect(node.querySelector('table')).toBeNull();
});

test('the button opens the panel of its run', async () => {
  const node = await render(routing());
  node.querySelector('button')?.click();
  expect(openPanel).toHaveBeenCalledWith('example-2');
});

test('the factory is preferred to HTML and safe for notebooks that are not trusted', () => {
  const factory = createRendererFactory({ trans, themes: null, openPanel });
  expect(factory.safe).toBe(true);
  expect(factory.defaultRank).toBeLessThan(50);
  expect(factory.mimeTypes).toEqual(['application/vnd.switchyard.v1+json']);
});
