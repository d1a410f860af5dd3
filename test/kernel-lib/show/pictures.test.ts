import { protocol, show, telemetry } from '@switchyard/kernel-lib';
import { JSDOM } from 'jsdom';
import { afterEach, describe, expect, test } from 'vitest';
import { recordOf } from '../../support/routingRecords';
import { example, EXAMPLES, routingExample } from '../../support/payloads';

const KEY = Symbol.for('switchyard.display');
const DISPLAY = Symbol.for('Jupyter.display');
const hooks = globalThis as unknown as Record<symbol, unknown>;

/** Parses as XML, which refuses what HTML would forgive. */
function parse(svg: string): Document {
  return new JSDOM(svg, { contentType: 'image/svg+xml' }).window.document;
}

afterEach(() => {
  delete hooks[KEY];
});

describe('a picture', () => {
  test.each(EXAMPLES)('of the example %s is well-formed, sized and titled', (name) => {
    const payload = example(name);
    const { documentElement } = parse(show.figure(payload).toSVG());
    expect(documentElement.nodeName).toBe('svg');
    expect(documentElement.getAttribute('width')).toBe('720');
    expect(documentElement.querySelector('title')?.textContent).toContain(payload.source.title);
  });

  test('colours one cell for each expert: near white at the fair share, orange above, blue below', () => {
    const payload = routingExample();
    payload.data.layers[0].load = [0.25, 0.25, 0.5, 0];
    const document = parse(show.figure(payload).toSVG());
    const cells = Array.from(document.querySelectorAll('g[aria-label="cell"] rect'), (cell) =>
      cell.getAttribute('fill')
    );
    expect(cells).toHaveLength(4);
    expect(cells[0]).toBe(cells[1]);
    expect(new Set(cells).size).toBe(3);
    const [fair, , above, none] = cells.map((fill) => (fill ?? '').match(/\d+/g)?.map(Number) ?? []);
    expect(Math.min(...fair)).toBeGreaterThan(230);
    expect(above[0]).toBeGreaterThan(above[2]);
    expect(none[2]).toBeGreaterThan(none[0]);
  });

  test('takes markup and control characters in labels as text', () => {
    const evil = '</text><script>alert(1)</script>&amp;"\u0000\ud800';
    const payload = routingExample();
    payload.source.title = evil;
    payload.data.layers[0].path = evil;
    payload.data.history.scalars = { [evil]: payload.data.history.steps.map((s) => s) };
    const document = parse(show.figure(payload).toSVG());
    expect(document.querySelectorAll('script')).toHaveLength(0);
    expect(String(show.figure(payload))).not.toMatch(/[\0\ud800]/);
    expect(document.documentElement.textContent).toContain('</text><script>alert(1)</script>&amp;"');
  });

  test('of a layer that has not run yet, or nothing at all, is still a picture', () => {
    const payload = routingExample();
    payload.data = telemetry.recorder().data();
    parse(show.figure(payload).toSVG());
    payload.data = { ...routingExample().data };
    payload.data.layers[0].load = [0, 0, 0, 0];
    parse(show.figure(payload).toSVG());
  });

  test('of very many experts stays small', () => {
    const payload = routingExample('running');
    const E = 1024;
    payload.data.layers.forEach((layer) => Object.assign(layer, empty(E)));
    payload.data.tokens = null;
    payload.data.history = { ...payload.data.history, loadSteps: [], load: payload.data.layers.map(() => []) };
    const svg = show.figure(telemetry.bound(payload)).toSVG();
    expect(svg.length).toBeLessThan(200_000);
    expect(svg).toContain('expert (a cell is the most loaded of 4)');
  });
});

function empty(numExperts: number): Partial<protocol.LayerRouting> & { load: number[] } {
  const load = new Array<number>(numExperts).fill(1 / numExperts);
  return { numExperts, load, importance: [], experts: [], domainLoad: [], coActivation: null };
}

describe('a table', () => {
  test('by hand', () => {
    const recorder = telemetry.recorder();
    recorder.observe(recordOf([0, 1, 0, 2], { path: 'layers.0.moe' }));
    recorder.step(7, { 'loss/train': 1.23456 });
    expect(String(show.figure(recorder, { title: 'mine' }))).toBe(
      [
        'mine: step 7, finished',
        'layer         router  k of E  MaxVio     CV  entropy  in use   dead  dropped',
        'layers.0.moe  top-k   2 of 4   1.000  0.707    1.000   70.7%  25.0%     0.0%',
        'loss/train 1.235'
      ].join('\n')
    );
  });

  test('of no layer says so', () => {
    expect(String(show.figure(telemetry.recorder()))).toBe('routing\nno routed layer has run yet');
  });

  test('counts layers that were left out', () => {
    const payload = routingExample();
    payload.data.omittedLayers = 3;
    expect(String(show.figure(payload))).toContain('\n3 more layers\n');
  });
});

describe('show.figure and show.payload', () => {
  test('a figure is its forms, where a kernel asks', () => {
    const figure = show.figure(routingExample()) as unknown as Record<symbol, () => Record<string, unknown>>;
    const bundle = figure[DISPLAY]();
    expect(Object.keys(bundle)).toEqual([protocol.MIME_TYPE, 'image/svg+xml', 'text/plain']);
    expect(bundle[protocol.MIME_TYPE]).toEqual(routingExample());
  });

  test('a payload is shown once in the running cell', () => {
    const sent: { data: object; update: boolean }[] = [];
    hooks[KEY] = { capture: () => (message: { data: object }, update: boolean) => sent.push({ ...message, update }) };
    show.payload(example('finished'));
    expect(sent).toHaveLength(1);
    expect(sent[0].update).toBe(false);
    expect(Object.keys(sent[0].data)).toHaveLength(3);
  });

  test('a payload that is wrong is refused', () => {
    const wrong = { ...routingExample(), seq: -1 };
    expect(() => show.payload(wrong)).toThrow(protocol.PayloadError);
    expect(() => show.figure(wrong)).toThrow('$.seq: must be an integer of at least 0, got -1');
  });
});
