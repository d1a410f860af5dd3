// @vitest-environment jsdom
import '../support/browser';
import { expect, test } from 'vitest';
import type { Ablation, ControlRequest, ControlStatus } from '@switchyard/kernel-lib/protocol';
import { ControlBar } from '../../../extension/panels/controlBar';
import { trans } from '../support/payloads';

const CHOSEN = { layer: 'layers.1.moe', expert: 3, name: 'expert 3 of layer 1' };
const MINE: Ablation = { layer: CHOSEN.layer, expert: 3, mode: 'without' };

function status(more: Partial<ControlStatus> = {}): ControlStatus {
  return {
    type: 'status',
    runId: 'r',
    state: 'paused',
    step: 3,
    probe: 'a text',
    problem: null,
    ablation: null,
    ...more
  };
}

function bar(): { bar: ControlBar; asked: ControlRequest[]; without: HTMLButtonElement; words: () => string } {
  const control = new ControlBar(trans);
  const asked: ControlRequest[] = [];
  control.asked.connect((_, request) => void asked.push(request));
  const without = [...control.node.querySelectorAll('button')].find(({ textContent }) => textContent === 'Without it')!;
  return {
    bar: control,
    asked,
    without,
    words: () => control.node.querySelector('.jp-switchyard-whose')!.textContent!
  };
}

test('an expert is left out of the text, and taken in again', () => {
  const { bar: control, asked, without, words } = bar();
  control.describe({ why: null, status: status() }, CHOSEN);
  expect(words()).toBe('expert 3 of layer 1');
  without.click();
  expect(asked).toEqual([{ type: 'ablate', ablation: MINE }]);
  control.describe({ why: null, status: status({ ablation: MINE }) }, CHOSEN);
  expect(without.getAttribute('aria-pressed')).toBe('true');
  without.click();
  expect(asked.at(-1)).toEqual({ type: 'ablate', ablation: null });
  // Another expert is none of it.
  control.describe({ why: null, status: status({ ablation: MINE }) }, { ...CHOSEN, expert: 4 });
  expect(without.getAttribute('aria-pressed')).toBe('false');
});

test('it says what is missing: a text, an expert; a kernel that cannot do so offers nothing', () => {
  const { bar: control, without, words } = bar();
  control.describe({ why: null, status: status({ probe: null }) }, CHOSEN);
  expect([without.disabled, words()]).toEqual([true, 'With a text to route, an expert can be left out.']);
  control.describe({ why: null, status: status() }, null);
  expect([without.disabled, words()]).toEqual([true, 'Choose an expert to see the text without it.']);
  control.describe({ why: null, status: status() }, CHOSEN);
  expect(without.disabled).toBe(false);
  const { ablation, ...old } = status();
  control.describe({ why: null, status: old }, CHOSEN);
  expect([ablation, without.hidden, words()]).toEqual([null, true, '']);
  control.describe({ why: 'waiting', status: null }, CHOSEN);
  expect(without.disabled).toBe(true);
});

test('of a run that is over a text can be routed and an expert left out, and nothing be held', () => {
  const { bar: control, asked, without, words } = bar();
  const why = (): string => control.node.querySelector('.jp-switchyard-why')!.textContent!;
  const pause = [...control.node.querySelectorAll('button')].find(({ textContent }) => textContent === 'Pause')!;
  control.describe({ why: null, status: status({ state: 'finished' }), over: true }, CHOSEN);
  expect([control.isHidden, control.holds.hidden, without.disabled, words()]).toEqual([
    false,
    true,
    false,
    CHOSEN.name
  ]);
  expect(control.holds.contains(pause)).toBe(true);
  without.click();
  expect(asked).toEqual([{ type: 'ablate', ablation: MINE }]);
  control.describe({ why: 'no-channel', status: status({ state: 'finished' }), over: true }, CHOSEN);
  const words2 = [...control.node.querySelectorAll('.jp-switchyard-why')]
    .map(({ textContent }) => textContent)
    .join('');
  expect([without.disabled, words2]).toEqual([
    true,
    'The kernel keeps nothing more of this run: no text can be routed in it.'
  ]);
  const gone = 'the run is over';
  control.describe({ why: null, status: status({ noProbe: gone, ablation: undefined }), over: true }, CHOSEN);
  expect([without.hidden, why()]).toEqual([true, gone]);
  // The next run has its buttons again.
  control.describe({ why: null, status: status() }, CHOSEN);
  expect(control.holds.hidden).toBe(false);
});
