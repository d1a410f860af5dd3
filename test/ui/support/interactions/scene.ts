/** What a reader has before them: the panel beside one cell, and the numbers that it must show. */
import type { Locator, Page } from '@playwright/test';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { expect } from '@jupyterlab/galata';

/** Galata's page, or Playwright's own. */
export type ScenePage = Pick<Page, 'evaluate' | 'locator' | 'keyboard' | 'mouse' | 'getByRole' | 'waitForEvent'>;

export interface IScene {
  page: ScenePage;
  cell: Locator;
  panel: Locator;
  payload: RoutingPayload;
}

/** Brings a tab of a panel to the front. */
export async function showTab(panel: Locator, name: string): Promise<void> {
  const tab = panel.getByRole('tab', { name });
  await tab.click();
  await expect(tab).toHaveAttribute('aria-selected', 'true');
}

export function layerOf(panel: Locator): Locator {
  return panel.getByRole('combobox', { name: 'Layer', exact: true });
}

export function expertOf(panel: Locator): Locator {
  return panel.getByRole('combobox', { name: 'Expert' });
}
