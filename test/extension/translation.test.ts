// @vitest-environment jsdom
/** Everything that the extension says goes through the translator: with one of its own language, nothing else is left. */
import './support/browser';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';
import { MIME_TYPE, PayloadError } from '@switchyard/kernel-lib/protocol';
import { expect, test, vi } from 'vitest';
import { addCommands, CommandIDs } from '../../extension/commands';
import type { NotebookPanels } from '../../extension/cells';
import { formatLabel, FORMATS } from '../../extension/base/exporting';
import { DOMAIN } from '../../extension/base/domain';
import { PanelSettings } from '../../extension/base/panelSettings';
import { CellPanel } from '../../extension/panels';
import { ControlBar } from '../../extension/panels/controlBar';
import type { IPicture } from '../../extension/panels/picture';
import { createTabs } from '../../extension/panels/tabs';
import type { Reading } from '../../extension/base/reading';
import { readPayload } from '../../extension/base/reading';
import { PayloadRenderer } from '../../extension/cells/renderer';
import type { RunState } from '../../extension/base/runState';
import { problemSentence, RUN_STATES, stateLabel, stateSentence } from '../../extension/base/runState';
import { addReference } from '../../extension/openReference';
import { addExamples } from '../../extension/examples/addExamples';
import { addRunTabs } from '../../extension/runTab';
import { RoutingSidebar } from '../../extension/sidebar';
import { addSidebarCommands } from '../../extension/sidebarCommands';
import { PayloadStore } from '../../extension/base/store';
import { FIRST_VIEW } from '../../extension/base/view';
import { addViewCommands } from '../../extension/viewCommands';
import { EXAMPLES, example } from '../support/payloads';
import { context } from './support/payloads';
import { DRAWN, inGreek, marked, said, textsOf, untranslated } from './support/marked';

const trans = marked;

const figures = vi.hoisted(() => [] as unknown[]);

vi.mock('../../extension/base/plotly', () => ({
  loadPlotly: () =>
    Promise.resolve({
      react: (node: Element, data: unknown, layout: unknown) => {
        figures.push([data, layout]);
        Object.assign(node, { on: () => undefined });
        return Promise.resolve();
      },
      purge: () => undefined
    })
}));

// JupyterLab's components want a browser.
vi.mock('../../extension/base/icon', () => ({ switchyardIcon: undefined }));
vi.mock('@jupyterlab/apputils', () => ({ WidgetTracker: vi.fn() }));
vi.mock('../../extension/examples/shipped', () => ({}));

/** All is in view. */
class ObserverStandIn {
  constructor(private readonly seen: (entries: { isIntersecting: boolean; target: Element }[]) => void) {}
  observe(target: Element): void {
    this.seen([{ isIntersecting: true, target }]);
  }
  disconnect(): void {}
}
vi.stubGlobal('ResizeObserver', ObserverStandIn);
vi.stubGlobal('IntersectionObserver', ObserverStandIn);

/** A few frames, and what waits for them. */
async function drawn(): Promise<void> {
  for (let frame = 0; frame < 3; frame++) {
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  }
}

/** What was not translated among texts. */
function left(texts: readonly string[]): string[] {
  return [...new Set(texts.map(untranslated))].filter((text) => text !== '');
}

test('labels, captions and arguments of every command', () => {
  const commands = new CommandRegistry();
  const notebooks = { activeCell: null, currentWidget: null } as unknown as INotebookTracker;
  addCommands(commands, { notebooks, panels: { of: () => undefined } as unknown as NotebookPanels, trans });
  addViewCommands(commands, { view: () => null, trans });
  const sidebar = { inView: null } as unknown as RoutingSidebar;
  addSidebarCommands({ commands } as unknown as JupyterFrontEnd, { sidebar, trans });
  const themes = null;
  const settings = new PanelSettings();
  addRunTabs({ commands } as unknown as JupyterFrontEnd, { trans, themes, settings, inView: () => null });
  addReference({ commands } as unknown as JupyterFrontEnd, trans);
  addExamples({ commands } as unknown as JupyterFrontEnd, { trans, launcher: null });
  const variants = [
    {},
    { isLauncher: true },
    { toolbar: true },
    { isPalette: true },
    ...FORMATS.map((format) => ({ format }))
  ];
  expect(commands.listCommands().sort()).toEqual(Object.values(CommandIDs).sort());
  for (const id of commands.listCommands()) {
    expect(commands.label(id)).not.toBe('');
    for (const args of variants) {
      expect(untranslated(commands.label(id, args)), id).toBe('');
      expect(untranslated(commands.caption(id, args)), id).toBe('');
    }
  }
});

test.each(EXAMPLES)('tabs, pictures and the summary of the example %s', async (name) => {
  const payload = inGreek(example(name));
  figures.length = 0;
  const tabs = createTabs(trans);
  const pictures = tabs.flatMap(({ create }) => create()) as (IPicture & Widget)[];
  for (const picture of pictures) {
    Widget.attach(picture, document.body);
    picture.draw(payload, { ...context, trans, expert: 1 });
    picture.node.querySelectorAll('details').forEach((details) => (details.open = true));
  }
  await drawn();
  expect(left(tabs.map(({ label }) => label))).toEqual([]);
  for (const { node } of pictures) {
    expect(left(said(node)), node.dataset.picture).toEqual([]);
  }
  pictures.forEach((picture) => picture.dispose());
  expect(figures).not.toEqual([]);
  expect(left(textsOf(figures, DRAWN))).toEqual([]);
  const renderer = new PayloadRenderer({ trans, themes: null, openPanel: () => undefined });
  const model = { data: { [MIME_TYPE]: payload }, metadata: {}, trusted: false, setData: () => undefined };
  await renderer.renderModel(model as unknown as Parameters<PayloadRenderer['renderModel']>[0]);
  expect(renderer.node.textContent).toContain(payload.source.title);
  expect(left(said(renderer.node)), 'summary').toEqual([]);
  renderer.dispose();
});

/** What the guard says of a payload is for who writes kernels. */
const unreadable = (reason: PayloadError['reason']): Extract<Reading, { problem: unknown }> => ({
  problem: Object.assign(new PayloadError(reason, '$', 'λ', 'λ'), { message: 'λ' })
});

/** A store with two runs in one cell and an output in another that cannot be read. */
function runs(): PayloadStore {
  const store = new PayloadStore();
  const payloads = (['running', 'finished'] as const).map((name) => ({ ...inGreek(example(name)), runId: name }));
  store.dispatch({ type: 'outputs', cellId: 'α', readings: payloads.map((payload) => readPayload(payload)) });
  store.dispatch({ type: 'outputs', cellId: 'β', readings: [unreadable('malformed')] });
  return store;
}

test('the panel beside a cell', async () => {
  const [store, settings, view] = [runs(), new PanelSettings(), { ...FIRST_VIEW }];
  const rest = { trans, themes: null, settings, resize: () => undefined, close: () => undefined };
  for (const [cellId, run] of [
    ['α', 'running'],
    ['α', 'finished'],
    ['γ', null]
  ] as const) {
    const panel = new CellPanel({ cellId, store, view: { ...view, run }, ...rest });
    Widget.attach(panel, document.body);
    await drawn();
    expect(panel.node.textContent).not.toBe('');
    expect(left(said(panel.node))).toEqual([]);
    panel.dispose();
  }
});

test('the sidebar, without a notebook, with one without runs, and with runs', async () => {
  const sidebar = new RoutingSidebar({ trans, themes: null, settings: new PanelSettings() });
  Widget.attach(sidebar, document.body);
  const controls = { state: () => ({ why: 'no-channel', status: null }) };
  for (const store of [null, new PayloadStore(), runs()]) {
    const notebook = { name: () => 'ν', path: () => 'ν', store, controls, cellOrder: () => ['α', 'β'] };
    sidebar.follow(store && (notebook as unknown as Parameters<RoutingSidebar['follow']>[0]));
    sidebar.compare();
    await drawn();
    expect(left(said(sidebar.node))).toEqual([]);
  }
  expect(sidebar.node.querySelectorAll('li')).toHaveLength(3);
  expect(sidebar.node.querySelectorAll('.jp-switchyard-RunView')).toHaveLength(2);
  const search = sidebar.node.querySelector('input')!;
  search.value = 'ω';
  search.dispatchEvent(new Event('input'));
  await drawn();
  expect(sidebar.node.querySelectorAll('li')).toHaveLength(0);
  expect(left(said(sidebar.node))).toEqual([]);
  expect(left([sidebar.title.caption, sidebar.title.label])).toEqual([]);
  sidebar.dispose();
});

test('settings are of the extension’s own domain, and name commands that are there', () => {
  const schema = JSON.parse(readFileSync(join(__dirname, '../../extension/schema/plugin.json'), 'utf8')) as ISchema;
  expect(schema['jupyter.lab.internationalization'].domain).toBe(DOMAIN);
  const items = [
    ...schema['jupyter.lab.menus'].main.flatMap(({ items }) => items),
    ...schema['jupyter.lab.shortcuts'],
    ...schema['jupyter.lab.toolbars'].Cell
  ];
  const named = items.flatMap(({ command }) => command ?? []);
  expect(named).toHaveLength(items.filter(({ type }) => type !== 'separator').length);
  expect(named.filter((command) => !(Object.values(CommandIDs) as string[]).includes(command))).toEqual([]);
});

interface ISchema {
  'jupyter.lab.internationalization': { domain: string };
  'jupyter.lab.menus': { main: { items: IItem[] }[] };
  'jupyter.lab.shortcuts': IItem[];
  'jupyter.lab.toolbars': { Cell: IItem[] };
}

interface IItem {
  command?: string;
  type?: string;
}

test('controls, states, problems and formats', () => {
  const bar = new ControlBar(trans);
  for (const why of ['nothing', 'no-channel', 'waiting', null] as const) {
    bar.describe({ why, status: null });
    expect(left(said(bar.node)), String(why)).toEqual([]);
  }
  bar.dispose();
  const { source } = example('small');
  const words = (Object.keys(RUN_STATES) as RunState[]).flatMap((state) => [
    stateLabel(state, trans),
    stateSentence(state, source, trans)
  ]);
  const problems = (['too-new', 'unknown-kind', 'too-large', 'malformed'] as const).map((reason) =>
    problemSentence(unreadable(reason), trans)
  );
  expect(left([...words, ...problems, ...FORMATS.map((format) => formatLabel(format, trans))])).toEqual([]);
});
