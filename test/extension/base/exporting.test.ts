// @vitest-environment jsdom
import '../support/browser';
import { expect, test } from 'vitest';
import { expertColour } from '../../../extension/base/colours';
import { stripSvg } from '../../../extension/charts/routing/stripSvg';
import { loadOverTime } from '../../../extension/charts/routing/loadOverTime';
import { brief, percent } from '../../../extension/charts/text';
import { cell, tableOf } from '../../../extension/base/table';
import { csv } from '../../../extension/base/exporting/csv';
import { fileName } from '../../../extension/base/exporting/fileName';
import { titled, titleOfSaved } from '../../../extension/base/exporting/titled';
import { context, routing } from '../support/payloads';

/** Reads RFC 4180 back, as a spreadsheet would. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows[rows.length - 1].push(quoted === undefined ? bare : quoted.replace(/""/g, '"'));
    if (end !== ',') {
      rows.push([]);
    }
  }
  return rows.slice(0, -1);
}

test('a table survives the way to a file and back, whatever its text', () => {
  const columns = ['expert', 'text, "quoted"'];
  const rows = [
    ['-1.5e-7', 'two\r\nlines, and a comma'],
    ['0', '"'],
    ['12', 'a=SUM(A1)'],
    ['', ' ']
  ];
  expect(parse(csv({ columns, rows }))).toEqual([columns, ...rows]);
});

test('numbers are bare and text is quoted, also where it looks like a date or a formula', () => {
  expect(csv({ columns: ['a'], rows: [['1.5'], ['1-2'], ['=1'], ['007 %'], ['-3']] })).toBe(
    '"a"\r\n1.5\r\n"1-2"\r\n"\'=1"\r\n"007 %"\r\n-3\r\n'
  );
});

test.each([
  '=HYPERLINK("http://x","y")',
  '+1+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '-',
  '-3 %',
  '＝1',
  '＋1',
  '－1',
  '＠a'
])('no spreadsheet takes %j for a formula, in a row or as a name of a column', (text) => {
  expect(parse(csv({ columns: [text], rows: [[text]] }))).toEqual([[`'${text}`], [`'${text}`]]);
});

test('numbers are saved as they are, and what readers see is another matter', () => {
  const table = tableOf(['step', 'share', 'best', 'text'], () => [
    ['48', cell(0.14912345678901234, percent), cell(3, (n) => `★ ${n}`), { text: 'a·b', value: 'a b' }],
    ['60', cell(null, percent), cell(1e-12, brief), '–']
  ]);
  expect(table.rows).toEqual([
    ['48', '14.9 %', '★ 3', 'a·b'],
    ['60', '–', '1.0e-12', '–']
  ]);
  expect(csv(table)).toBe('"step","share","best","text"\r\n48,0.14912345678901234,3,"a b"\r\n60,,1e-12,"–"\r\n');
});

test('a picture saves the values of its payload, and says of which layer', () => {
  const figure = loadOverTime(routing(), { ...context, layer: 1 })!;
  const [loads] = figure.table.saved!.rows;
  expect(loads.slice(1)).toEqual(routing().data.history.load[1][0]);
  expect(figure.layer).toBe('1');
});

test('a large table is written whole', () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => [String(i), 'a "b", c', '0.25']);
  const text = csv({ columns: ['i', 'text', 'share'], rows });
  expect(text.length).toBe('"i","text","share"\r\n'.length + rows.reduce((sum, [i]) => sum + i.length + 20, 0));
});

test('files are named by run, picture, layer and step', () => {
  const payload = { ...routing('small'), runId: '3f2c91ab-77de' };
  payload.source = { ...payload.source, title: 'MoE: top-2 / 16 “äö” ../..', step: 60 };
  expect(fileName({ payload, picture: 'load-heatmap' }, 'csv')).toBe(
    'moe-top-2-16-äö-3f2c91ab-load-heatmap-step-60.csv'
  );
  payload.source.title = '💡'.repeat(100);
  expect(fileName({ payload, picture: 'load-over-time', layer: 'a/2' }, 'png')).toBe(
    '3f2c91ab-load-over-time-layer-a-2-step-60.png'
  );
});

test('a saved picture says of which run, picture, layer and step it is, above what is drawn', () => {
  const payload = { ...routing('small'), runId: '3f2c91ab-77de' };
  payload.source = { ...payload.source, title: 'MoE <b>', step: 60 };
  const drawn = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="200"><path d="M0 0"/></svg>';
  const exportable = { payload, picture: 'load-over-time', title: 'Load over time, one layer', layer: '2' };
  const words = titleOfSaved(
    { ...exportable, theme: context.theme, table: { columns: [], rows: [] }, svg: never },
    context.trans
  );
  expect(words).toBe('MoE <b> (3f2c91ab) · Load over time, one layer · layer 2 · step 60');
  const svg = new DOMParser().parseFromString(titled(drawn, words, context.theme), 'image/svg+xml');
  expect(svg.querySelector('parsererror, b')).toBeNull();
  expect(svg.querySelector('title')?.textContent).toBe(words);
  const [line, ...more] = svg.querySelectorAll('svg > text');
  expect([line.textContent, more]).toEqual([words, []]);
  const band = Number(svg.querySelector('svg svg')?.getAttribute('y'));
  expect(band).toBeGreaterThan(Number(line.getAttribute('y')));
  expect(svg.documentElement.getAttribute('height')).toBe(String(200 + band));

  const long = new DOMParser().parseFromString(titled(drawn, `${'x'.repeat(300)} end`, context.theme), 'image/svg+xml');
  const lines = Array.from(long.querySelectorAll('svg > text'), ({ textContent }) => textContent ?? '');
  expect(lines.join('')).toContain('x'.repeat(300));
  lines.forEach((each) => expect(each.length * 6.6).toBeLessThan(640));
});

const never = (): Promise<string> => Promise.reject(new Error('nothing is drawn'));

test('a strip of tokens becomes an SVG with every token, its expert and its colour; markup is text', () => {
  const texts = ['<script>', '&', 'a\u0000b', ...Array.from({ length: 60 }, (_, i) => `word${i}`)];
  const rows = [
    { label: '0', experts: texts.map((_, i) => i % 4) },
    { label: '1', experts: texts.map(() => -1) }
  ];
  const svg = new DOMParser().parseFromString(stripSvg({ texts, rows }, context.theme), 'image/svg+xml');
  expect(svg.querySelector('parsererror, script')).toBeNull();
  const words = Array.from(svg.querySelectorAll('text[font-size="11"]'), (node) => node.textContent);
  expect(words).toEqual(texts.map((text) => text.replace('\u0000', '\ufffd')));
  const fills = Array.from(svg.querySelectorAll('rect'), (rect) => rect.getAttribute('fill')).slice(1);
  expect(fills).toEqual(rows[0].experts.map((expert) => expertColour(expert, context.theme.colours).background));
  const height = Number(svg.documentElement.getAttribute('height'));
  const bottoms = Array.from(svg.querySelectorAll('text'), (node) => Number(node.getAttribute('y')));
  expect(Math.max(...bottoms)).toBeLessThan(height);
});
