/** Values and labels that a payload should never hold, and labels that try to be more than text. */

/** What a label leaves behind where it ran. */
export const MARK = 'hacked';

/** Elements that only a label can have brought. */
export const FOREIGN: ReadonlySet<string> = new Set(
  'script img iframe object embed link style a b br sub sup form math body base meta'.split(' ')
);

export const LABELS: readonly string[] = [
  `<img src=x onerror="globalThis.${MARK}=1">`,
  `<script>globalThis.${MARK}=1</script>`,
  `</span><svg onload=globalThis.${MARK}=1>`,
  `<a href="javascript:globalThis.${MARK}=1">link</a>`,
  `"><a xlink:href=javascript:${MARK}>x`,
  `' onmouseover='globalThis.${MARK}=1`,
  `javascript:globalThis.${MARK}=1`,
  '<b>bold</b><br><sub>1</sub><sup>2</sup>',
  '&lt;img src=x onerror=alert(1)&gt; &amp; &#60;b&#62;',
  '<<script>a</script>',
  '%{x} %{customdata[0]} %{z:.2f} %{y|%Y} <extra>x</extra>',
  '%1 %2 %% ${a} {{b}} #{c}',
  '$x^2$ \\frac{1}{2} $$\\text{<b>}$$',
  'url(javascript:1); background: red; } * { display: none',
  '\u202Edesrever\u202C \u2066isolate\u2069 \u200F\u061C',
  '\u0000\u0001\u001B[31m\u007F\uFEFF\u2028\u2029',
  '\uD800 lone \uDFFF',
  'e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301 👩‍👩‍👧‍👦 ﷽',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'NaN',
  '-Infinity',
  '1e309',
  '2026-01-01',
  '12:00',
  '1,234.5',
  '0x10',
  '',
  ' ',
  '\t\n\r\n',
  '/',
  'loss/',
  '/train',
  'layers.',
  '.'.repeat(256),
  '<'.repeat(256),
  '&'.repeat(256),
  'W'.repeat(256),
  '漢'.repeat(256)
];

/** Values of any type and size. Made anew each time: a mutation may change them. */
export const VALUES: readonly (() => unknown)[] = [
  () => NaN,
  () => Infinity,
  () => -Infinity,
  () => -0,
  () => -1,
  () => 0.5,
  () => 1 + 1e-9,
  () => 1e308,
  () => -1e308,
  () => 5e-324,
  () => 2 ** 31,
  () => 2 ** 53,
  () => 'NaN',
  () => 'Infinity',
  () => '1',
  () => null,
  () => undefined,
  () => true,
  () => [],
  () => ({}),
  () => [[[]]],
  () => [null],
  () => ({ length: 3 }),
  () => new Array(5),
  () => new Array(4096).fill(0),
  () => 'x'.repeat(70_000),
  () => nested(40),
  () => nested(5000),
  () => cycle()
];

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) {
    value = i % 2 === 0 ? [value] : { data: value };
  }
  return value;
}

function cycle(): unknown {
  const value: Record<string, unknown> = {};
  value.data = [value];
  return value;
}
