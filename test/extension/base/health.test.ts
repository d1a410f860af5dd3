import { expect, test } from 'vitest';
import type { IFinding } from '../../../extension/base/health';
import { healthLine } from '../../../extension/base/health';
import { trans } from '../support/payloads';

const collapsed = (layer: string, since: number | null = null): IFinding => ({
  ...{ what: 'collapsed', layer, amount: 2.14, since }
});
const dead = (layer: string, amount: number): IFinding => ({ what: 'dead', layer, amount, since: null });
const dropped = (layer: string, amount: number): IFinding => ({ what: 'dropped', layer, amount, since: null });

test.each<[IFinding[], string]>([
  [[], ''],
  [[collapsed('3', 60), dead('0', 3), dead('1', 1)], 'layer 3 collapsed since step 60; 4 dead experts'],
  [[collapsed('3')], 'layer 3 collapsed'],
  [[collapsed('1', 4), collapsed('3', 60)], '2 layers collapsed (1, 3)'],
  [[dead('1', 1)], '1 dead expert'],
  [[dropped('1', 0.31), dropped('2', 0.456)], 'layer 2 drops 46 %']
])('findings in a line: %j', (findings, line) => {
  expect(healthLine(findings, trans)).toBe(line);
});
