// @vitest-environment jsdom
/**
 * Payloads made wrong by a seed, through the guard, every picture and the renderer: 2,000, and 10,000 in the slow tier. A failure
 * names its seed: `SWITCHYARD_FUZZ_SEED=<seed> npx vitest run test/extension/fuzz.test.ts` runs that one alone.
 */
import './support/browser';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { MIME_TYPE } from '@switchyard/kernel-lib/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { ITab } from '../../extension/panels/tabs';
import { createTabs } from '../../extension/panels/tabs';
import type { IPicture } from '../../extension/panels/picture';
import type { ITable } from '../../extension/base/table';
import { readPayload } from '../../extension/base/reading';
import { PayloadRenderer } from '../../extension/cells/renderer';
import type { IChartContext } from '../../extension/charts/figure';
import { COLOUR_SCHEMES } from '../../extension/base/schemes';
import { FOREIGN, LABELS, MARK } from '../support/fuzz/hostile';
import type { Mutant } from '../support/fuzz/mutate';
import { labelled, mutant } from '../support/fuzz/mutate';
import type { Schema } from '../support/fuzz/sites';
import { EXAMPLES, example } from '../support/payloads';
import { routing } from '../support/payloads/generate.mjs';
import { mulberry32 } from '../support/payloads/parts.mjs';
import { context, trans } from './support/payloads';

const COUNT = process.env.SWITCHYARD_TIER === 'slow' ? 10_000 : 2_000;
/** For the guard and all pictures of one payload; a usual one takes some milliseconds. */
const BUDGET_MS = 60_000;
/** A payload of so many characters has the fields of a smaller one, more often, and takes ten times its time: it comes in one round of four. */
const LARGE = 20_000;
const MAX_FAILURES = 10;
const ONLY = process.env.SWITCHYARD_FUZZ_SEED;
const SCHEMA = JSON.parse(
  readFileSync(join(__dirname, '../../kernel-lib/schema/switchyard.v1.schema.json'), 'utf8')
) as Schema;

/** Markup that plotly.js would draw as more than text, had a label brought it into a figure. */
const MARKUP = /<\s*\/?\s*(a|img|script|svg|iframe|style)\b/i;

const HANDLER = /^(?:\s+(?!on)[^\s=>"]+(?:="[^"]*")?)*\s+on[a-z]+=/i;
const SCRIPT_LINK = /\s(?:href|xlink:href|src|action|formaction|style)="[^"]*javascript:/i;

interface IFakeFigure {
  data: unknown[];
  layout: unknown;
}

interface ITrace {
  type?: string;
  hoverinfo?: string;
  x?: unknown[];
  y?: unknown[];
  customdata?: unknown[];
}

const plotly = vi.hoisted(() => ({
  figures: [] as IFakeFigure[],
  drawn: new Map<Element, IFakeFigure>(),
  clicks: new Map<Element, (event: unknown) => void>()
}));

vi.mock('../../extension/base/plotly', () => ({
  loadPlotly: () =>
    Promise.resolve({
      react: (node: Element, data: unknown[], layout: unknown) => {
        plotly.figures.push({ data, layout });
        plotly.drawn.set(node, { data, layout });
        const on = (name: string, click: (event: unknown) => void): void => {
          if (name === 'plotly_click') {
            plotly.clicks.set(node, click);
          }
        };
        Object.assign(node, { on });
        return Promise.resolve();
      },
      purge: () => undefined,
      restyle: () => Promise.resolve(),
      relayout: () => Promise.resolve()
    })
}));

const RICH = { domains: ['prose', 'python', 'typescript'], rich: true };

const BASES = [
  ...EXAMPLES.map(example),
  ...[
    [1, 1, 1, 1, 0],
    [2, 3, 3, 4, 5],
    [3, 9, 2, 6, 20]
  ].map(([layers, numExperts, k, steps, sampled], i) =>
    routing({ seed: 50 + i, layers, numExperts, k, steps, sampled, ...(i === 1 ? RICH : { domains: [] }) })
  )
] as Payload[];

const IS_LARGE = new Set(BASES.filter((base) => JSON.stringify(base).length > LARGE));
/** Of the small ones, the one with every field. */
const RICHEST = BASES.at(-2)!;

/** The seed that is worked on. */
const current = new Int32Array(new SharedArrayBuffer(4));
/** Names the seed of code that does not come back and ends the process: a timer could not, the loop would keep it waiting. */
const WATCHDOG = `
  const { workerData: { current, budget } } = require('node:worker_threads');
  let seen = -1;
  let since = performance.now();
  setInterval(() => {
    if (current[0] !== seen) {
      [seen, since] = [current[0], performance.now()];
    } else if (performance.now() - since > budget) {
      require('node:fs').writeSync(2, 'SWITCHYARD_FUZZ_SEED=' + seen + ' does not come back\\n');
      process.kill(process.pid, 'SIGKILL');
    }
  }, 500);
`;
let watchdog: Worker | undefined;

beforeAll(() => {
  watchdog = new Worker(WATCHDOG, { eval: true, workerData: { current, budget: BUDGET_MS } });
});

afterAll(() => watchdog?.terminate());

/** The pictures of each tab. */
let tabs: (Pick<ITab, 'kinds'> & { pictures: IPicture[] })[] = [];
let renderer: PayloadRenderer | undefined;

/** jsdom draws nothing: a pen that takes every call, and a box with some width. */
beforeEach(() => {
  const measureText = (text: string): { width: number } => ({ width: 6 * text.length });
  const pen = new Proxy({ measureText } as Record<string, unknown>, {
    get: (own, name: string) => own[name] ?? (() => undefined)
  });
  // A spy would remember each of millions of calls.
  HTMLCanvasElement.prototype.getContext = (() => pen) as unknown as HTMLCanvasElement['getContext'];
  Object.defineProperty(Element.prototype, 'clientWidth', { configurable: true, get: () => 400 });
  Object.defineProperty(Element.prototype, 'clientHeight', { configurable: true, get: () => 400 });
  Element.prototype.scrollIntoView = () => undefined;
});

afterEach(() => {
  [...allPictures(), renderer].forEach((widget) => widget?.dispose());
  document.body.replaceChildren();
});

function allPictures(): IPicture[] {
  return tabs.flatMap(({ pictures }) => pictures);
}

/** Pictures that have something for this kind; a panel draws no others. */
function picturesOf(kind: Payload['kind']): IPicture[] {
  return tabs.filter(({ kinds }) => kinds.includes(kind)).flatMap(({ pictures }) => pictures);
}

function baseOf(seed: number): Payload {
  const round = Math.floor(seed / BASES.length);
  const base = BASES[seed % BASES.length];
  return round % 4 > 0 && IS_LARGE.has(base) ? RICHEST : base;
}

function mutate(seed: number): Mutant {
  const random = mulberry32(seed);
  const base = baseOf(seed);
  return random() < 0.15 ? labelled(base, SCHEMA, random) : mutant(base, SCHEMA, random);
}

/** Light or dark, in any scheme of colours. */
function randomTheme(random: () => number): IChartContext['theme'] {
  const light = random() < 0.5;
  const schemes = Object.values(COLOUR_SCHEMES);
  const scheme = schemes[Math.floor(random() * schemes.length)];
  return { ...context.theme, light, colours: light ? scheme.light : scheme.dark };
}

/** What the reader may have chosen: a layer, an expert that is there or was in another run, choices of lists and of elsewhere. */
function lookedAt({ kind, data }: Payload, random: () => number): IChartContext {
  const layers = 'layers' in data ? Math.max(1, data.layers.length) : 1;
  const lists = picturesOf(kind).flatMap((picture) => Array.from(picture.node.querySelectorAll('select')));
  const choices = lists.flatMap(({ name, options }) => {
    const values = [...Array.from(options).map(({ value }) => value), ...LABELS];
    return random() < 0.5 ? [[name, values[Math.floor(random() * values.length)]]] : [];
  });
  return {
    ...context,
    theme: randomTheme(random),
    layer: Math.floor(random() * layers),
    expert: random() < 0.5 ? null : Math.floor(random() * 20),
    choices: Object.fromEntries(choices) as Record<string, string>
  };
}

/** What stands in every picture's table; as elements, which takes jsdom most of the time, only where the reader opened them. */
function draw(payload: Payload, random: () => number): void {
  const looked = lookedAt(payload, random);
  const open = random() < 0.02;
  for (const picture of picturesOf(payload.kind)) {
    picture.node.querySelectorAll('details').forEach((node) => (node.open = open));
    picture.draw(payload, looked);
    checkTable(picture);
  }
}

/** Each row has a text for every column, and what is saved a value. */
function checkTable(picture: IPicture): void {
  const { columns, rows, saved }: ITable = picture.exported()?.table ?? { columns: [], rows: [] };
  const lacking = saved?.rows.find(
    (row) => row.length !== saved.columns.length || row.some((value) => value === undefined || Number.isNaN(value))
  );
  if (lacking !== undefined) {
    throw new Error(`a saved row lacks values of ${saved!.columns.length} columns: ${String(lacking)}`);
  }
  const wrong = [columns, ...rows].find(
    (row) => row.length !== columns.length || row.some((cell) => typeof cell !== 'string')
  );
  if (wrong !== undefined) {
    throw new Error(
      `a row of ${wrong.length} cells, or not of texts, under ${columns.length} columns: ${String(wrong)}`
    );
  }
}

/** Clicks the first point of every trace, as plotly.js tells of it. */
function click(): void {
  for (const [node, onClick] of plotly.clicks) {
    const traces = (plotly.drawn.get(node)?.data ?? []) as ITrace[];
    traces.forEach(({ type, x, y, hoverinfo, customdata }, curveNumber) => {
      if (hoverinfo === 'skip' || type === 'sankey') {
        return;
      }
      const pointNumber = type === 'heatmap' ? [0, 0] : 0;
      const first = type === 'heatmap' ? (customdata?.[0] as unknown[] | undefined)?.[0] : customdata?.[0];
      onClick({ points: [{ curveNumber, x: x?.[0], y: y?.[0], pointNumber, customdata: first }] });
    });
    onClick({ points: [] });
  }
}

/** Tags of serialised HTML: there "<" stands for nothing else outside of a tag's quotes. */
const TAGS = /<([a-z][\w-]*)((?:\s+[^\s=>"]+(?:="[^"]*")?)*)\s*\/?>/gi;

function checkDocument(own: readonly IPicture[]): void {
  for (const { node } of [renderer!, ...own]) {
    for (const [tag, name, attributes] of node.outerHTML.matchAll(TAGS)) {
      if (FOREIGN.has(name) || HANDLER.test(attributes) || SCRIPT_LINK.test(attributes)) {
        throw new Error(`a label became more than text: ${tag}`);
      }
    }
  }
  expect(globalThis).not.toHaveProperty(MARK);
}

function checkFigures(own: readonly IPicture[]): void {
  for (const { data, layout } of plotly.figures.splice(0)) {
    const text = JSON.stringify([data, layout]);
    if (!Array.isArray(data) || MARKUP.test(text)) {
      throw new Error(`a figure that is none, or has markup: ${MARKUP.exec(text)?.[0] ?? typeof data}`);
    }
  }
  for (const picture of own) {
    expect(picture.node.textContent).not.toContain('could not be drawn');
  }
}

/** The error with the first place in the sources. */
function describe(error: unknown): string {
  const { message, stack = '' } = error as Error;
  return `${message.slice(0, 500)}\n  ${stack.split('\n').find((line) => /(extension|protocol)\/(?!fuzz)/.test(line)) ?? ''}`;
}

function newPictures(): void {
  allPictures().forEach((picture) => picture.dispose());
  plotly.clicks.clear();
  plotly.drawn.clear();
  tabs = createTabs(trans).map(({ kinds, create }) => ({ kinds, pictures: create() }));
  renderer ??= new PayloadRenderer({ trans, themes: null, openPanel: () => undefined });
}

/** One mutant through everything; the payload's kind where the guard let it pass, null where it refused. */
async function run(seed: number, { value }: Mutant): Promise<Payload['kind'] | null> {
  const random = mulberry32(seed + 1);
  current[0] = seed;
  const reading = readPayload(value);
  const model = { data: { [MIME_TYPE]: value }, metadata: {}, trusted: false, setData: () => undefined };
  void renderer!.renderModel(model as unknown as Parameters<PayloadRenderer['renderModel']>[0]);
  if ('problem' in reading) {
    expect(reading.problem.message.length).toBeLessThan(1000);
    return null;
  }
  const { kind } = reading.payload;
  draw(reading.payload, random);
  if (seed % 4 === 0) {
    draw(reading.payload, random);
  }
  await new Promise(setImmediate);
  click();
  const own = picturesOf(kind);
  checkDocument(own);
  checkFigures(own);
  return kind;
}

test(
  `${COUNT} mutated payloads: refused or drawn, no exception, no script, no hang`,
  { timeout: 1_800_000 },
  async () => {
    const seeds = ONLY === undefined ? Array.from({ length: COUNT }, (_, i) => i) : [Number(ONLY)];
    const drawn = new Map<Payload['kind'], number>();
    const failures: string[] = [];
    let refused = 0;
    for (const seed of seeds) {
      // The same pictures draw some payloads of all kinds in turn, as in a panel whose cell runs again.
      if (seed % 50 === 0 || ONLY !== undefined) {
        newPictures();
      }
      const made = mutate(seed);
      try {
        const kind = await run(seed, made);
        refused += kind === null ? 1 : 0;
        if (kind !== null) {
          drawn.set(kind, (drawn.get(kind) ?? 0) + 1);
        }
      } catch (error) {
        failures.push(`SWITCHYARD_FUZZ_SEED=${seed}\n  ${made.changes.join('\n  ')}\n  ${describe(error)}`);
        newPictures();
        plotly.figures.length = 0;
      }
      if (failures.length === MAX_FAILURES) {
        break;
      }
    }
    expect(failures.join('\n')).toBe('');
    if (ONLY === undefined) {
      // Else the mutations are too wild, or too tame, to try anything.
      expect(refused).toBeGreaterThan(COUNT / 10);
      expect([...drawn.values()].reduce((a, b) => a + b, 0)).toBeGreaterThan(COUNT / 4);
      expect([...drawn.keys()].sort()).toEqual([...new Set(BASES.map(({ kind }) => kind))].sort());
    }
  }
);
