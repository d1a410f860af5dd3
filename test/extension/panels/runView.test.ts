// @vitest-environment jsdom
import '../support/browser';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { IPicture } from '../../../extension/panels/picture';
import type { RunControls } from '../../../extension/control';
import { RunView } from '../../../extension/panels/runView';
import { PayloadStore } from '../../../extension/base/store';
import { FIRST_VIEW } from '../../../extension/base/view';
import { changeableSettings } from '../../support/settings';
import { routing, trans } from '../support/payloads';

/** Two pictures that take their time. */
class SlowPicture extends Widget implements IPicture {
  readonly looked: Signal<IPicture, object> = new Signal<IPicture, object>(this);
  drawn: number[] = [];
  cost = 15;
  has = true;

  draw(payload: Payload): boolean {
    late += this.cost;
    this.drawn.push(payload.source.step);
    this.setHidden(!this.has);
    return this.has;
  }

  exported(): null {
    return null;
  }
}

let pictures: SlowPicture[];
/** Milliseconds that drawings have taken; timers, which a drawing holds up, know nothing of them. */
let late = 0;

vi.mock('../../../extension/panels/tabs', () => ({
  createTabs: () => [
    { id: 'load', label: 'Load', kinds: ['routing'], whole: [], create: () => pictures },
    { id: 'scalars', label: 'Scalars', kinds: ['routing'], whole: ['routing'], create: () => [] }
  ]
}));

/** Tells of nodes what a test says. */
class ObserverStandIn {
  static all: ObserverStandIn[] = [];
  nodes: Element[] = [];

  constructor(readonly tell: (entries: object[]) => void) {
    ObserverStandIn.all.push(this);
  }

  observe(target: Element): void {
    this.nodes.push(target);
    this.tell([{ target, isIntersecting: true }]);
  }

  disconnect(): void {
    this.nodes = [];
  }
}

function scroll(target: Element, isIntersecting: boolean): void {
  const watching = ObserverStandIn.all.filter(({ nodes }) => nodes.includes(target));
  expect(watching).not.toHaveLength(0);
  watching.forEach(({ tell }) => tell([{ target, isIntersecting }]));
}

let store: PayloadStore;
let view: RunView;
let change: (values: Record<string, unknown>) => void;
let controls: RunControls | null = null;

beforeEach(() => {
  vi.useFakeTimers();
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + late);
  ObserverStandIn.all = [];
  late = 0;
  Object.assign(globalThis, { IntersectionObserver: ObserverStandIn, ResizeObserver: ObserverStandIn });
  pictures = [new SlowPicture(), new SlowPicture()];
  store = new PayloadStore();
  store.dispatch({ type: 'kernel', state: 'connected' });
  const source = {
    runs: () => store.runs('cell'),
    kernel: () => store.state.kernel,
    empty: () => '',
    controls: () => controls
  };
  const { settings, ...changeable } = changeableSettings();
  change = changeable.change;
  change({ drawingShare: 4 });
  view = new RunView({ source, view: { ...FIRST_VIEW }, trans, themes: null, settings });
  store.changed.connect(() => view.follow());
  Widget.attach(view, document.body);
  send(1);
  vi.advanceTimersByTime(5000);
  pictures.forEach((picture) => (picture.drawn = []));
});

afterEach(() => {
  controls = null;
  view.dispose();
  store.dispose();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function send(step: number, of: object = {}): void {
  const payload = routing('running');
  Object.assign(payload, { seq: step, ...of });
  Object.assign(payload.source, { step }, 'final' in of ? { final: true, status: 'finished' } : {});
  store.dispatch({ type: 'message', cellId: 'cell', reading: { payload }, time: Date.now() });
}

/** Sends four snapshots a second; the last one's step. */
function train(seconds: number, from = 2): number {
  const count = 4 * seconds;
  for (let step = from; step < from + count; step++) {
    send(step);
    vi.advanceTimersByTime(250);
  }
  return from + count - 1;
}

const shownStep = (): string => view.node.querySelector('.jp-switchyard-controls span')!.textContent;

test('before it is drawn it offers nothing', () => {
  const source = {
    runs: () => store.runs('cell'),
    kernel: () => store.state.kernel,
    empty: () => '',
    controls: () => controls
  };
  const undrawn = new RunView({ source, view: { ...FIRST_VIEW }, trans, themes: null });
  const offered = (shown: RunView): string[] =>
    [...shown.node.querySelectorAll('button, select, input, textarea, progress, summary, [role=tab]')]
      .filter((control) => control.closest('[hidden], .lm-mod-hidden') === null)
      .map(({ textContent, nodeName }) => textContent || nodeName.toLowerCase());
  expect(offered(undrawn)).toEqual([]);
  expect(undrawn.node.querySelector('.jp-switchyard-badge')!.hasAttribute('hidden')).toBe(true);
  expect(offered(view)).toContain('Load');
  undrawn.dispose();
});

test('snapshots are drawn as far as the time for drawing goes', () => {
  train(20);
  // 30 ms at 3 %, three of four parts of the share, are a drawing a second.
  expect(pictures[0].drawn.length).toBeGreaterThanOrEqual(18);
  expect(pictures[0].drawn.length).toBeLessThanOrEqual(21);
  expect(pictures[1].drawn).toEqual(pictures[0].drawn);
});

test('the header tells the step that the pictures show', () => {
  let waited = 0;
  for (let step = 2; step < 60; step++) {
    send(step);
    vi.advanceTimersByTime(250);
    const shown = pictures[0].drawn.at(-1)!;
    expect(shownStep()).toBe(`step ${shown} of 500`);
    expect(view.node.querySelector('progress')!.value).toBe(shown);
    waited += step - shown;
  }
  expect(waited).toBeGreaterThan(20);
  send(60, { final: true });
  vi.advanceTimersByTime(120);
  expect(shownStep()).toContain('step 60');
});

test('more time, and cheaper pictures, make more drawings', () => {
  change({ drawingShare: 16 });
  train(10);
  expect(pictures[0].drawn.length).toBeGreaterThan(35);
  change({ drawingShare: 4 });
  vi.advanceTimersByTime(5000);
  pictures.forEach((picture) => Object.assign(picture, { drawn: [], cost: 2 }));
  train(10, 100);
  expect(pictures[0].drawn.length).toBeGreaterThan(35);
});

test('the newest is drawn when no more come', () => {
  const last = train(3.25);
  vi.advanceTimersByTime(4000);
  expect(pictures[0].drawn.at(-1)).toBe(last);
});

test("a run's last snapshot and another run's first do not wait", () => {
  send(2);
  vi.advanceTimersByTime(200);
  send(3);
  vi.advanceTimersByTime(120);
  expect(pictures[0].drawn).toEqual([2]);
  send(4, { final: true });
  vi.advanceTimersByTime(120);
  expect(pictures[0].drawn).toEqual([2, 4]);
  send(5, { runId: 'another' });
  vi.advanceTimersByTime(120);
  expect(pictures[0].drawn).toEqual([2, 4, 5]);
});

test('what the reader or the settings change is drawn at once', () => {
  send(2);
  vi.advanceTimersByTime(200);
  view.moveLayer(1);
  vi.advanceTimersByTime(20);
  change({ colourScheme: 'tol' });
  vi.advanceTimersByTime(20);
  expect(pictures[0].drawn).toEqual([2, 2, 2]);
});

test('layers and experts are offered where they make a difference, and not on scalars', () => {
  const offered = (): boolean[] =>
    ['Layer', 'Expert'].map((name) => {
      const list = view.node.querySelector<HTMLElement>(`select[aria-label="${name}"]`)!;
      return !list.parentElement!.hidden;
    });
  send(2);
  vi.advanceTimersByTime(200);
  expect(offered()).toEqual([true, true]);
  view.node.querySelectorAll<HTMLElement>('[role="tab"]')[1].click();
  vi.advanceTimersByTime(20);
  expect(offered()).toEqual([false, false]);
});

test('what the kernel does besides draws no picture again', () => {
  for (const state of ['connected', 'none', 'connected'] as const) {
    store.dispatch({ type: 'kernel', state });
    vi.advanceTimersByTime(1000);
  }
  store.refresh();
  vi.advanceTimersByTime(5000);
  expect(pictures[0].drawn).toEqual([]);
});

test('a picture out of view waits until it is scrolled to, or the run is over', () => {
  scroll(pictures[1].node, false);
  train(5);
  expect(pictures[0].drawn.length).toBeGreaterThan(5);
  expect(pictures[1].drawn).toEqual([]);
  scroll(pictures[1].node, true);
  expect(pictures[1].drawn).toEqual([pictures[0].drawn.at(-1)]);
  scroll(pictures[1].node, true);
  expect(pictures[1].drawn).toHaveLength(1);
  scroll(pictures[1].node, false);
  send(500, { final: true });
  vi.advanceTimersByTime(120);
  expect(pictures[1].drawn.at(-1)).toBe(500);
});

test('a picture that had nothing to show, and so was not in view, is shown as soon as it has something', () => {
  pictures[1].has = false;
  send(2);
  vi.advanceTimersByTime(5000);
  scroll(pictures[1].node, false);
  expect(pictures[1].isHidden).toBe(true);
  pictures[1].has = true;
  send(3);
  vi.advanceTimersByTime(5000);
  expect(pictures[1].drawn.at(-1)).toBe(3);
  expect(pictures[1].isHidden).toBe(false);
});

test('whoever stops a run by a key goes on at its pictures, also where the run is over before anything else is told', () => {
  const status = { type: 'status', runId: 'run', state: 'running', step: 1, probe: null, problem: null };
  controls = { state: () => ({ why: null, status }), knows: () => true, filled: (_: unknown, payload: Payload) => payload } as unknown as RunControls; // prettier-ignore
  send(2);
  vi.advanceTimersByTime(5000);
  const stop = [...view.node.querySelectorAll('button')].find(({ textContent }) => textContent === 'Stop')!;
  expect(stop.disabled).toBe(false);
  stop.focus();
  send(3, { final: true });
  vi.advanceTimersByTime(5000);
  expect(stop.closest('[hidden]')).not.toBeNull();
  expect(document.activeElement?.getAttribute('role')).toBe('tab');
});
