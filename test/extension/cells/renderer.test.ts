// @vitest-environment jsdom
import '../support/browser';
import { MIME_TYPE } from '@switchyard/kernel-lib/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { COLOUR_SCHEMES } from '../../../extension/base/schemes';
import { loadColour } from '../../../extension/base/colours';
import type { PanelSettings } from '../../../extension/base/panelSettings';
import { createRendererFactory, PayloadRenderer } from '../../../extension/cells/renderer';
import { changeableSettings } from '../../support/settings';
import { routing, training, trans } from '../support/payloads';

const openPanel = vi.fn();
let renderer: PayloadRenderer | undefined;

afterEach(() => renderer?.dispose());

function render(...values: unknown[]): Promise<HTMLElement> {
  return renderWith(undefined, ...values);
}

async function renderWith(settings: PanelSettings | undefined, ...values: unknown[]): Promise<HTMLElement> {
  renderer = new PayloadRenderer({ trans, themes: null, settings, openPanel });
  for (const value of values) {
    await show(value);
  }
  return renderer.node;
}

async function show(value: unknown): Promise<void> {
  const model = { data: { [MIME_TYPE]: value }, metadata: {}, trusted: false, setData: () => undefined };
  await renderer!.renderModel(model as unknown as Parameters<PayloadRenderer['renderModel']>[0]);
}

/** The running example at a step. */
function at(step: number, final = false): ReturnType<typeof routing> {
  const payload = routing();
  Object.assign(payload, { seq: step });
  Object.assign(payload.source, { step, final, status: final ? 'finished' : 'running' });
  return payload;
}

/** The payload with so many layers, and nothing of earlier steps. */
function withLayers({ data, ...around }: ReturnType<typeof routing>, count: number): ReturnType<typeof routing> {
  const layers = Array.from({ length: count }, (_, i) => ({
    ...data.layers[i % data.layers.length],
    path: `layers.${i}`
  }));
  const none = layers.map(() => []);
  const rows = { maxVio: none, cv: none, entropy: none, dropped: none, load: none };
  return {
    ...around,
    data: { ...data, layers, tokens: null, history: { ...rows, steps: [], loadSteps: [], scalars: {} } }
  };
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
  const node = await renderWith(settings, payload);
  for (const scheme of ['okabe-ito', 'tol', 'grey'] as const) {
    change({ colourScheme: scheme });
    const fills = [...node.querySelectorAll('tbody tr:first-child rect')].map((rect) => rect.getAttribute('fill'));
    expect(fills).toEqual(load.map((share) => loadColour(share * numExperts, COLOUR_SCHEMES[scheme].light)));
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

test('a run without routers shows its curves', async () => {
  const node = await render(training());
  expect(node.textContent).toContain('dense transformer');
  expect(node.querySelectorAll('tbody path').length).toBeGreaterThan(1);
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

test('of a run under way as much is drawn as the time for drawing lets, and its last snapshot at once', async () => {
  vi.useFakeTimers();
  let late = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + late);
  const { settings, change } = changeableSettings();
  change({ drawingShare: 12 });
  const run = settings.outputBudget.run.bind(settings.outputBudget);
  const slowly = (draw: () => void): void => {
    draw();
    late += 30;
  };
  vi.spyOn(settings.outputBudget, 'run').mockImplementation((draw) => run(() => slowly(draw)));
  const node = await renderWith(settings, at(120));
  const shown = (): string => /step (\d+) of/.exec(node.textContent)![1];
  const steps = new Set<string>();
  for (let step = 121; step <= 160; step++) {
    await show(at(step));
    vi.advanceTimersByTime(250);
    steps.add(shown());
  }
  // 30 ms at 3 %, a fourth of the share, are a drawing a second: ten of forty snapshots.
  expect(steps.size).toBeGreaterThanOrEqual(9);
  expect(steps.size).toBeLessThanOrEqual(12);
  await show(at(161));
  await show(at(500, true));
  expect(shown()).toBe('500');
  vi.advanceTimersByTime(5000);
  expect(shown()).toBe('500');
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('a further snapshot leaves the focus on the button, and changes rows, colours and numbers', async () => {
  const node = await render(at(120));
  document.body.append(node);
  const button = node.querySelector('button')!;
  const row = node.querySelector('tbody tr');
  button.focus();
  const later = withLayers(at(500, true), 4);
  later.data.layers[0].load = later.data.layers[0].load.map((_, e) => (e === 3 ? 1 : 0));
  later.data.layers[0].maxVio = 15;
  await show(later);
  expect(document.activeElement).toBe(button);
  const rows = [...node.querySelectorAll('tbody tr')];
  expect(rows).toHaveLength(4);
  expect(rows[0]).toBe(row);
  expect(rows[0].children[2].textContent).toBe('15');
  expect(rows[0].querySelector('svg')!.getAttribute('aria-label')).toBe('16 experts, the fullest at 16 × fair share');
  const fills = [...rows[0].querySelectorAll('rect')].map((rect) => rect.getAttribute('fill'));
  expect(new Set(fills.filter((_, e) => e !== 3)).size).toBe(1);
  expect(fills[3]).not.toBe(fills[0]);
  node.remove();
});

test('a model of more layers than rows says how many more there are, and no more when there are none', async () => {
  const node = await render(withLayers(at(120), 15));
  expect(node.querySelector('caption')?.textContent).toBe('These are the least balanced; 3 more layers in the panel');
  await show(at(500, true));
  expect(node.querySelector('caption')).toBeNull();
});

test('of many layers an output shows the least balanced, in their order, and says so', async () => {
  const payload = withLayers(routing(), 20);
  payload.data.layers.forEach((layer, i) => (layer.maxVio = [3, 7, 11, 19].includes(i) ? 5 + i : i < 8 ? 1 : 2));
  const node = await render(payload);
  const labels = [...node.querySelectorAll('tbody th')].map(({ textContent }) => Number(textContent));
  expect(labels).toEqual([3, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19]);
  expect(node.querySelector('caption')!.textContent).toBe('These are the least balanced; 8 more layers in the panel');
});
