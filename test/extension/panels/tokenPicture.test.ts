// @vitest-environment jsdom
import '../support/browser';
import { packChoices } from '@switchyard/kernel-lib/protocol';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { expertColour } from '../../../extension/base/colours';
import { createTabs } from '../../../extension/panels/tabs';
import type { TokenPicture } from '../../../extension/panels/tokenPicture';
import type { IView } from '../../../extension/base/view';
import { context, routing, trans } from '../support/payloads';

/** A pen that writes down what it fills, and measures 6 pixels a letter. */
class Pen {
  fillStyle = '';
  globalAlpha = 1;
  filled: { colour: string; alpha: number; x: number; y: number; width: number }[] = [];
  texts: string[] = [];
  fillRect(x: number, y: number, width: number): void {
    this.filled.push({ colour: this.fillStyle, alpha: this.globalAlpha, x, y, width });
  }
  fillText(text: string): void {
    this.texts.push(text);
  }
  strokeRect(): void {}
  scale(): void {
    this.filled = [];
    this.texts = [];
  }
  measureText(text: string): { width: number } {
    return { width: 6 * text.length };
  }
}

let picture: TokenPicture;
let pen: Pen;
let looks: Partial<IView>[];

beforeEach(() => {
  pen = new Pen();
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(pen as unknown as null);
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(200);
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(400);
  Element.prototype.scrollIntoView = () => undefined;
  const tokens = createTabs(trans).find(({ id }) => id === 'tokens');
  picture = tokens?.create()[0] as TokenPicture;
  Widget.attach(picture, document.body);
  looks = [];
  picture.looked.connect((_, change) => looks.push(change));
});

afterEach(() => {
  picture.dispose();
  vi.restoreAllMocks();
});

const choices = (wanted: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(wanted).map(([name, value]) => [`token-strip.${name}`, value]));
const find = (selector: string): HTMLElement => picture.node.querySelector<HTMLElement>(selector)!;
const field = (): HTMLInputElement => find('input') as HTMLInputElement;
const press = (selector: string, key: string, more = {}): boolean =>
  find(selector).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
const seek = (query: string): void => {
  field().value = query;
  find('input').dispatchEvent(new Event('input'));
};
const detail = (): string => find('.jp-switchyard-detail').textContent;
const count = (): string => find('.jp-switchyard-find [role=status]').textContent;

/** Four tokens in two layers of four experts, one choice each; at step 3 the second and third went elsewhere. */
function four(): RoutingPayload {
  const payload = routing('small');
  const layer = { ...payload.data.layers[0], k: 1 };
  payload.data.layers = [layer, { ...layer, path: 'layers.1.moe' }];
  payload.data.tokens = {
    text: ['sta', 'te', 'ment', ' state'],
    domain: [-1, -1, -1, -1],
    experts: [[[0], [1], [2], [0]], packChoices([[3], [3], [-1], [1]])],
    weights: [[[0.5], [1], [1], [1]], []],
    earlier: [{ step: 3, experts: [[[0], [2], [1], [0]], packChoices([[3], [3], [-1], [1]])] }],
    truncated: false
  };
  return payload;
}

test('a short strip of one layer is text, a strip of all layers is a grid on a canvas', () => {
  picture.draw(four(), context);
  expect(find('[role=listbox]').hidden).toBe(false);
  expect([...picture.node.querySelectorAll('[role=option]')].map((node) => node.textContent)).toEqual([
    'sta0',
    'te1',
    'ment2',
    '·state0'
  ]);
  picture.draw(four(), { ...context, choices: choices({ layers: 'all' }) });
  expect(find('[role=listbox]').hidden).toBe(true);
  const grid = find('[role=grid]');
  expect([grid.hidden, grid.getAttribute('aria-rowcount'), grid.getAttribute('aria-colcount')]).toEqual([
    false,
    '2',
    '4'
  ]);
});

test('each cell of the canvas has the colour of its expert, and none where there is no expert', () => {
  picture.draw(four(), { ...context, choices: choices({ layers: 'all' }) });
  const colour = (e: number): string => expertColour(e, context.theme.colours).background;
  const cells = pen.filled.filter(({ width }) => width >= 15).map((cell) => cell.colour);
  const rows = [0, 1, 2, 0].map(colour);
  const below = [3, 3, 1].map(colour);
  expect(cells.filter((each) => each.startsWith('rgb')).sort()).toEqual([...rows, ...below].sort());
  expect(pen.texts).toEqual(expect.arrayContaining(['sta', '·state', '3']));
});

test('an expert that changed stands beside the one before', () => {
  const compared = { ...context, choices: choices({ compare: '3' }) };
  picture.draw(four(), compared);
  const changed = [...picture.node.querySelectorAll('.jp-mod-changed')];
  expect(changed.map((node) => [node.children[1].textContent, node.children[2].textContent])).toEqual([
    ['2', '1'],
    ['1', '2']
  ]);
  expect(picture.node.textContent).toContain('2 of 4 choices are others than at step 3.');
  picture.draw(four(), context);
  expect(picture.node.querySelectorAll('.jp-mod-changed, s:not([hidden])')).toHaveLength(0);
  picture.draw(four(), { ...context, choices: choices({ compare: '3', layers: 'all' }) });
  // Tokens 2 and 3 have two halves in the first layer: 1 -> 2 numbers more than 7 cells with an expert.
  expect(pen.texts.filter((text) => /^\d$/.test(text))).toHaveLength(2 + 7 + 2);
});

test('search counts places over tokens, walks round them and says where it is', () => {
  picture.draw(four(), context);
  seek('STATE');
  expect(count()).toBe('1 of 2');
  expect([...picture.node.querySelectorAll('.jp-mod-hit')].map((node) => node.children[0].textContent)).toEqual([
    'sta',
    'te',
    '·state'
  ]);
  press('input', 'Enter');
  expect(count()).toBe('2 of 2');
  expect(detail()).toContain('Token 4');
  press('input', 'Enter');
  expect(count()).toBe('1 of 2');
  press('input', 'Enter', { shiftKey: true });
  expect(count()).toBe('2 of 2');
  find('button[aria-label="Next place"]').click();
  expect(count()).toBe('1 of 2');
  picture.draw(four(), context);
  expect(count()).toBe('1 of 2');
  seek('nowhere');
  expect(count()).toBe('not found');
  expect(find('button[aria-label="Next place"]').hasAttribute('disabled')).toBe(true);
  expect(press('input', 'Escape')).toBe(false);
  expect([count(), field().value]).toEqual(['', '']);
});

test('keys walk over tokens and rows and stop at the edges; what they reach is read out', () => {
  picture.draw(four(), { ...context, choices: choices({ layers: 'all' }) });
  press('[role=grid]', 'ArrowDown');
  press('[role=grid]', 'ArrowDown');
  press('[role=grid]', 'ArrowRight');
  expect(detail()).toBe('Token 2 “te” · layer 1 · expert 3');
  const cell = document.getElementById(find('[role=grid]').getAttribute('aria-activedescendant')!)!;
  expect(cell.textContent).toBe(detail());
  expect([cell.getAttribute('aria-colindex'), cell.parentElement!.getAttribute('aria-rowindex')]).toEqual(['2', '2']);
  press('[role=grid]', 'End');
  press('[role=grid]', 'ArrowRight');
  expect(detail()).toContain('Token 4');
  expect(press('[role=grid]', 'a')).toBe(true);
});

test('a click or Enter chooses the expert for all pictures, and the same again none', () => {
  picture.draw(four(), { ...context, choices: choices({ layers: 'all' }) });
  press('[role=grid]', 'ArrowDown');
  press('[role=grid]', 'Enter');
  expect(looks.at(-1)).toEqual({ layer: 1, expert: 3 });
  picture.draw(four(), { ...context, layer: 1, expert: 3 });
  const [first, , third] = picture.node.querySelectorAll<HTMLElement>('[role=option]');
  first.click();
  expect(looks.at(-1)).toEqual({ layer: 1, expert: null });
  third.click();
  expect(looks).toHaveLength(2);
});

test('where an expert is chosen, tokens that its layer sent elsewhere are dimmed', () => {
  picture.draw(four(), { ...context, expert: 0 });
  const dimmed = [...picture.node.querySelectorAll('[role=option]')].map((node) => node.matches('.jp-mod-dimmed'));
  expect(dimmed).toEqual([false, true, true, false]);
  picture.draw(four(), { ...context, expert: 0, choices: choices({ layers: 'all' }) });
  const ofExpert = (e: number): number[] =>
    pen.filled
      .filter(({ colour }) => colour === expertColour(e, context.theme.colours).background)
      .map(({ alpha }) => alpha);
  expect(ofExpert(0)).toEqual([1, 1]);
  expect(ofExpert(2).every((alpha) => alpha < 0.5)).toBe(true);
});

test('choices go to the view, and other pictures keep theirs', () => {
  picture.draw(four(), { ...context, choices: { 'load.form': 'stream' } });
  const select = find('select[name="token-strip.layers"]') as HTMLSelectElement;
  select.value = 'all';
  select.dispatchEvent(new Event('change', { bubbles: true }));
  expect(looks).toEqual([{ choices: { 'load.form': 'stream', 'token-strip.layers': 'all' } }]);
});

test('of 2,048 tokens in 16 layers only what is in view is painted', () => {
  const payload = four();
  const [layer] = payload.data.layers;
  const rows = Array.from({ length: 2048 }, (_, t) => [t % 4]);
  payload.data.layers = Array.from({ length: 16 }, (_, i) => ({ ...layer, path: `layers.${i}.moe` }));
  payload.data.tokens = {
    text: rows.map((_, t) => `t${t}`),
    domain: rows.map(() => -1),
    experts: payload.data.layers.map(() => packChoices(rows)),
    weights: payload.data.layers.map(() => []),
    truncated: false
  };
  picture.draw(payload, { ...context, choices: choices({ layers: 'all' }) });
  expect(find('[role=grid]').getAttribute('aria-colcount')).toBe('2048');
  const painted = new Set(pen.texts.filter((text) => text.startsWith('t')));
  expect(painted.size).toBeGreaterThan(8);
  expect(painted.size).toBeLessThan(60);
  press('[role=grid]', 'End');
  expect(detail()).toContain('Token 2048');
  expect(pen.texts).toContain('t2047');
});
