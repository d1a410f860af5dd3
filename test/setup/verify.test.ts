import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareNotebooks } from '../../kernel-lib/bin/notebooks/compare.js';
import { readNotebook } from '../../kernel-lib/bin/notebooks/notebook.js';
import { plainForms } from '../../kernel-lib/bin/notebooks/plain.js';
import { report } from '../../kernel-lib/bin/notebooks/report.js';
import { environmentText } from '../../kernel-lib/src/environment/text';
import { RECORD } from './record';
import { temporaryFolder } from './sandbox';

type Notebook = Parameters<typeof compareNotebooks>[0];
type Forms = Record<string, unknown>;

const PAYLOAD = 'application/vnd.switchyard.v1+json';
const ENVIRONMENT = 'application/vnd.switchyard.environment.v1+json';
const SVG = 'image/svg+xml';
const payload = (load: number, step = 6): Forms => ({
  [PAYLOAD]: {
    kind: 'routing',
    runId: String(Math.random()),
    source: { step, totalSteps: 6, status: 'finished' },
    data: { load }
  }
});

/** A notebook of one cell that shows these forms, or prints this text. */
function notebook(shown: Forms[] | string, rules: object = {}): Notebook {
  const printed = { output_type: 'stream', name: 'stdout', text: shown };
  const outputs =
    typeof shown === 'string' ? [printed] : shown.map((data) => ({ output_type: 'display_data', metadata: {}, data }));
  const cell = { cell_type: 'code', metadata: {}, source: 'run()', outputs, execution_count: 1 };
  return { nbformat: 4, nbformat_minor: 4, metadata: { switchyard: rules }, cells: [cell] };
}

/** How many cells differ, and what the report says. */
function compared(saved: Forms[] | string, now: Forms[] | string, rules = {}): { different: number; said: string } {
  const comparison = compareNotebooks(notebook(saved, rules), notebook(now, rules));
  return { different: comparison.different.length, said: report([{ file: 'x.ipynb', comparison }]) };
}

describe('a payload that was saved by an earlier minor version', () => {
  const of = (schemaVersion: string, data: unknown): Forms[] => [
    { [PAYLOAD]: { ...(payload(1)[PAYLOAD] as object), schemaVersion, data } }
  ];
  const saved = { layers: [{ load: 1 }], tokens: null };
  const added = { layers: [{ load: 1, bias: 2 }], tokens: null, bins: [3] };

  it('is compared by what it has, and what was added since is said', () => {
    const { different, said } = compared(of('1.4', saved), of('1.5', added));
    expect(different).toBe(0);
    expect(said).toContain('1 output, without what its payload has since a later version than it was saved by');
  });

  it.each<[string, string, unknown, string, unknown]>([
    ['another value', '1.4', saved, '1.5', { ...added, layers: [{ load: 2, bias: 2 }] }],
    ['a field that is gone', '1.4', saved, '1.5', { layers: [{ load: 1, bias: 2 }] }],
    ['a layer more', '1.4', saved, '1.5', { ...added, layers: [{ load: 1 }, { load: 1 }] }],
    ['the same version', '1.5', saved, '1.5', added],
    ['a later version than now', '1.6', saved, '1.5', added],
    ['a version by number, not by letters', '1.10', saved, '1.9', added],
    ['no version', 'x', saved, '1.5', added]
  ])('differs by %s', (_name, before, was, after, is) => {
    expect(compared(of(before, was), of(after, is)).different).toBe(1);
  });

  it('says nothing where nothing was added', () => {
    expect(compared(of('1.4', saved), of('1.5', saved))).toMatchObject({ different: 0 });
    expect(compared(of('1.4', saved), of('1.5', saved)).said).not.toContain('later version');
  });
});

describe('verify is not fooled by', () => {
  it.each<[string, Forms, Forms]>([
    ['a picture alone', { [SVG]: '<svg>1</svg>' }, { [SVG]: '<svg>2</svg>' }],
    [
      'a picture beside text',
      { [SVG]: '<svg>1</svg>', 'text/plain': 'x' },
      { [SVG]: '<svg>2</svg>', 'text/plain': 'x' }
    ],
    ['text beside a payload', { ...payload(1), 'text/plain': 'loss 1' }, { ...payload(1), 'text/plain': 'loss 2' }],
    ['HTML beside a payload', { ...payload(1), 'text/html': '<b>1</b>' }, { ...payload(1), 'text/html': '<b>2</b>' }],
    ['a form that only one run has', { ...payload(1), 'text/html': '<b>1</b>' }, payload(1)],
    ['a picture that only one run has', { ...payload(1), [SVG]: '<svg/>' }, payload(1)],
    ['a payload of another shape', { [PAYLOAD]: { a: 1 } }, { [PAYLOAD]: { a: 2 } }],
    ['a payload without a source', { [PAYLOAD]: { kind: 'k', source: null, data: 1 } }, { [PAYLOAD]: null }],
    ['an object in place of text', { 'text/plain': { a: 1 } }, { 'text/plain': { a: 2 } }],
    ['a list of objects in place of lines', { 'text/plain': [{ a: 1 }] }, { 'text/plain': [{ a: 2 }] }],
    ['a name of Object itself', { 'application/json': JSON.parse('{"__proto__": 1}') }, { 'application/json': {} }],
    ['an environment type', { [ENVIRONMENT]: {}, 'text/plain': '1' }, { [ENVIRONMENT]: {}, 'text/plain': '2' }],
    [
      'an environment type that is empty',
      { [ENVIRONMENT]: null, 'text/html': '1' },
      { [ENVIRONMENT]: null, 'text/html': '2' }
    ],
    [
      'text beside a record',
      { [ENVIRONMENT]: RECORD, 'text/plain': 'loss 1' },
      { [ENVIRONMENT]: RECORD, 'text/plain': 'loss 2' }
    ],
    [
      'HTML beside a whole record',
      { [ENVIRONMENT]: RECORD, 'text/plain': environmentText(RECORD), 'text/html': '1' },
      { [ENVIRONMENT]: RECORD, 'text/plain': environmentText(RECORD), 'text/html': '2' }
    ]
  ])('%s', (_what, saved, now) => {
    expect(compared([saved], [now]).different).toBe(1);
    expect(compared([saved], [structuredClone(saved)]).different).toBe(0);
  });
});

describe('verify says what it does not compare', () => {
  it('a picture drawn from data beside it, which is compared', () => {
    const [saved, now] = ['1', '2'].map((x) => ({ ...payload(1), [SVG]: `<svg>${x}</svg>`, 'text/plain': 'same' }));
    const { different, said } = compared([saved], [now]);
    expect(different).toBe(0);
    expect(said).toMatch(/not compared\n +1 picture, drawn from data beside it/);
    expect(compared([saved], [{ ...now, ...payload(2) }]).different).toBe(1);
  });

  it('speeds and memory of a run, and nothing else of it', () => {
    const run = (speed: number, loss: number, inside = true): Forms => {
      const own = { steps: [1], scalars: { 'loss/train': [loss], 'machine/steps per second': [speed] } };
      const shown = payload(1);
      Object.assign(shown[PAYLOAD] as object, { data: inside ? { history: own } : own });
      return shown;
    };
    for (const inside of [true, false]) {
      const same = compared([run(1, 2, inside)], [run(9, 2, inside)]);
      expect(same.different).toBe(0);
      expect(same.said).toMatch(/not compared\n +1 run, without its speeds and memory/);
      expect(compared([run(1, 2, inside)], [run(1, 3, inside)]).different).toBe(1);
    }
    expect(compared([payload(1)], [payload(1)]).said).not.toContain('speeds');
  });

  it('times that were measured, and what is beside them', () => {
    const cost = (milliseconds: number | null, parameters = 5, unit = 'ms'): Forms => ({
      [PAYLOAD]: {
        ...{ kind: 'masks', runId: String(Math.random()), source: { step: 6, totalSteps: 6, status: 'finished' } },
        data: { after: { milliseconds, parameters }, unit, amounts: [[milliseconds]] }
      },
      'text/plain': `parameters  5\nmilliseconds  ${milliseconds}`
    });
    const { different, said } = compared([cost(1.5)], [cost(2.5)]);
    expect(different).toBe(0);
    expect(said).toMatch(/1 output, whose measured times are not/);
    expect(compared([cost(1.5)], [cost(2.5, 6)]).different).toBe(1);
    expect(compared([cost(1.5, 5, 'bits')], [cost(2.5, 5, 'bits')]).different).toBe(1);
    expect(compared([cost(1.5)], [cost(null)]).different).toBe(1);
    const trial = (duration: number | null, value: number): Forms => ({
      [PAYLOAD]: {
        ...{ kind: 'trial', runId: 'study', source: { step: 1, totalSteps: 1, status: 'finished' } },
        data: { trials: [{ number: 0, duration, values: [value] }] }
      },
      'text/plain': `trial 0, ${duration} s, ${value}`
    });
    expect(compared([trial(0.7, 2)], [trial(1.4, 2)]).different).toBe(0);
    expect(compared([trial(0.7, 2)], [trial(1.4, 3)]).different).toBe(1);
    expect(compared([trial(0.7, 2)], [trial(null, 2)]).different).toBe(1);
  });

  it('an environment record, whose changes are said', () => {
    const other = { ...RECORD, threads: 2 };
    const [saved, now] = [RECORD, other].map((r) => ({ [ENVIRONMENT]: r, 'text/plain': environmentText(r) }));
    const { different, said } = compared([saved], [now]);
    expect(different).toBe(0);
    expect(said).toMatch(/threads: saved with 1, now 2/);
    expect(said).toMatch(/1 environment record, compared as the environment/);
  });

  it('also where nbformat has sorted the names of a record', () => {
    const record = { ...RECORD, versions: { tslab: '1', node: '20' }, seeds: { b: 1, a: 2 } };
    const sorted = { ...record, versions: { node: '20', tslab: '1' }, seeds: { a: 2, b: 1 } };
    const saved = { [ENVIRONMENT]: sorted, 'text/plain': environmentText(record) };
    const now = { ...record, threads: 3 };
    expect(compared([saved], [{ [ENVIRONMENT]: now, 'text/plain': environmentText(now) }]).different).toBe(0);
    const forged = { ...saved, 'text/plain': `${environmentText(record)}, loss 1` };
    expect(compared([forged], [{ [ENVIRONMENT]: now, 'text/plain': environmentText(now) }]).different).toBe(1);
  });

  it('each pattern that the notebook ignores, with the lines that it touched', () => {
    const { different, said } = compared('loss 1\nloss 2\n', 'loss 3\n', { ignore: ['.*', '^never$'] });
    expect(different).toBe(0);
    expect(said).toContain('what the notebook ignores, .*, in 3 lines of both runs');
    expect(said).toContain('what the notebook ignores, ^never$, in 0 lines of both runs');
  });

  it('the blanks that fill a column up, where what they stand beside is ignored, and no others', () => {
    const row = (measured: string, loss = 1): string => `a  ${measured.padStart(6)}   loss ${loss}\n`;
    const ignore = ['\\d+ ms'];
    expect(compared(row('99 ms'), row('100 ms'), { ignore }).different).toBe(0);
    expect(compared(row('99 ms'), row('100 ms', 2), { ignore }).different).toBe(1);
    expect(compared('a  b\n', 'a b\n', { ignore }).different).toBe(1);
  });

  it('nothing, where everything is compared', () => {
    expect(compared('loss 1\n', 'loss 1\n').said).not.toMatch(/not compared/);
  });
});

describe('what comes with a notebook runs within a bound', () => {
  const slow = { ignore: ['^(a+)+$'] };
  const text = `${'a'.repeat(40)}b\n`;
  const rule = /metadata\.switchyard\.ignore: a pattern may take 2 s on a text, and \^\(a\+\)\+\$ takes longer/;

  it('its patterns in `verify`', () => {
    expect(() => compared(text, text, slow)).toThrow(rule);
  });

  it('and in `diff`, which runs nothing else of it', () => {
    expect(() => plainForms(notebook(text, slow))).toThrow(rule);
  });

  it('JSON of 20,000 levels is refused in a sentence', () => {
    const file = path.join(temporaryFolder(), 'deep.ipynb');
    const deep = (levels: number): string => {
      const text = JSON.stringify(notebook([{ 'application/json': 'HERE', 'text/plain': '[[[["{' }]));
      return text.replace('"HERE"', '['.repeat(levels) + ']'.repeat(levels));
    };
    fs.writeFileSync(file, deep(20_000));
    expect(() => readNotebook(file)).toThrow(/at most 500 levels of JSON can be read, got 20006\./);
    fs.writeFileSync(file, deep(490));
    const read = readNotebook(file);
    expect(compareNotebooks(read, structuredClone(read)).different).toEqual([]);
    expect(() => plainForms(read)).not.toThrow();
  });

  it('`diff` gives the terminal no control character of it', () => {
    const [cell] = plainForms(notebook('loss\u001b]0;owned\u0007\n')).cells;
    expect(cell.outputs?.[0].text).toBe('loss\\u001b]0;owned\\u0007\n');
  });
});
