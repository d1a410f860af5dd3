/** The ways to the commands besides buttons: shortcuts and the palette. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jupyterlab/galata';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { saved } from './support/exported';
import { example, openNotebook, panelOf, start } from './support/notebook';

const SHORTCUTS = (
  JSON.parse(readFileSync(join(__dirname, '../../extension/schema/plugin.json'), 'utf8')) as {
    'jupyter.lab.shortcuts': { command: string; keys: string[] }[];
  }
)['jupyter.lab.shortcuts'];

function keysOf(command: string): string {
  return SHORTCUTS.find((shortcut) => shortcut.command === command)!.keys[0].replaceAll(' ', '+');
}

/** A notebook with two finished runs and no kernel; the first cell is active, as a command's reader has it. */
async function openRuns(page: IJupyterLabPageFixture, tmpPath: string): Promise<void> {
  const runs = ['alpha', 'beta'].map((title) => {
    const payload = example('finished');
    return { ...payload, runId: title, source: { ...payload.source, title } };
  });
  await openNotebook(page, tmpPath, ['1', '2'], { outputs: { 0: [runs[0]], 1: [runs[1]] }, kernel: null });
  await page.notebook.selectCells(0);
}

function sidebarOf(page: IJupyterLabPageFixture): Locator {
  return page.locator('.jp-switchyard-Sidebar');
}

test('each shortcut does what it is for, in the notebook, the panel and the sidebar', async ({ page, tmpPath }) => {
  await openRuns(page, tmpPath);
  const panel = panelOf(page);
  const toggle = keysOf('switchyard:toggle-panel');
  await page.keyboard.press(toggle);
  await expect(panel).toBeVisible();

  const layerOf = (view: Locator): Locator => view.getByRole('combobox', { name: 'Layer', exact: true });
  const walk = async (view: Locator): Promise<void> => {
    // A panel that is there says a moment later what is in it.
    await expect(layerOf(view)).toHaveValue('0');
    await view.getByRole('tab', { name: 'Load' }).focus();
    await page.keyboard.press(keysOf('switchyard:next-layer'));
    await expect(layerOf(view)).toHaveValue('1');
    await page.keyboard.press(keysOf('switchyard:next-layer'));
    await expect(layerOf(view)).toHaveValue('2');
    await page.keyboard.press(keysOf('switchyard:previous-layer'));
    await expect(layerOf(view)).toHaveValue('1');
  };
  await walk(panel);
  const cells = await page.notebook.getCellCount();
  for (const key of ['b', 'd', 'd', 'Control+Enter']) {
    await page.keyboard.press(key);
  }
  expect(await page.notebook.getCellCount(), 'other keys are the panel’s').toBe(cells);

  await page.keyboard.press(keysOf('switchyard:open-sidebar'));
  await expect(sidebarOf(page)).toBeVisible();
  await walk(sidebarOf(page).locator('.jp-switchyard-RunView'));
  await panel.getByRole('tab', { name: 'Load' }).focus();
  await page.keyboard.press(toggle);
  await expect(panel).toHaveCount(0);
  expect(SHORTCUTS.map(({ command }) => command).sort(), 'all shortcuts were pressed').toEqual([
    'switchyard:next-layer',
    'switchyard:open-sidebar',
    'switchyard:previous-layer',
    'switchyard:toggle-panel'
  ]);
});

test('in a panel the keys of JupyterLab work, and those of the notebook do not', async ({ page, tmpPath }) => {
  await openRuns(page, tmpPath);
  await page.keyboard.press(keysOf('switchyard:toggle-panel'));
  await panelOf(page).getByRole('tab', { name: 'Load' }).click();
  const cells = await page.notebook.getCellCount();
  for (const key of ['a', 'b', 'd', 'd', 'x', 'Shift+M', 'Control+Enter', 'Control+z']) {
    await page.keyboard.press(key);
  }
  expect(await page.notebook.getCellCount()).toBe(cells);
  await page.keyboard.press('Escape');
  await expect(panelOf(page), 'Escape leaves the panel open').toBeVisible();
  await expect(panelOf(page).getByRole('tab', { name: 'Load' })).toBeFocused();

  const isDirty = (mark: boolean): Promise<boolean> =>
    page.evaluate((mark) => {
      const { context } = window.jupyterapp.shell.currentWidget as unknown as {
        context: { model: { dirty: boolean } };
      };
      context.model.dirty ||= mark;
      return context.model.dirty;
    }, mark);
  expect(await isDirty(true)).toBe(true);
  await page.keyboard.press('Control+s');
  await expect.poll(() => isDirty(false), { message: 'Control+S saves the notebook' }).toBe(false);
  await expect(panelOf(page).getByRole('tab', { name: 'Load' })).toBeFocused();

  await page.keyboard.press('Control+Shift+c');
  await expect(page.locator('#modal-command-palette')).toBeVisible();
});

test('the palette saves the picture in view in each form', async ({ page, tmpPath }) => {
  await openRuns(page, tmpPath);
  await page.getByRole('button', { name: 'Show beside the cell' }).first().click();
  await expect(panelOf(page).locator('[data-picture="load-heatmap"] .main-svg').first()).toBeVisible();
  for (const [label, ending, form] of [
    ['Picture as SVG', 'svg', /^<svg/],
    ['Picture as PNG', 'png', /^.PNG/],
    ['Numbers as CSV', 'csv', /^"layer","entropy"/],
    ['Snapshot as JSON', 'json', /"runId": "alpha"/]
  ] as const) {
    const [name, content] = await saved(page, async () => {
      await start(page, 'apputils:activate-command-palette');
      const palette = page.locator('#modal-command-palette');
      await palette.locator('input').fill(`Export Routing: ${label}`);
      await expect(palette.locator('.lm-CommandPalette-item.lm-mod-active')).toContainText(label);
      await page.keyboard.press('Enter');
    });
    expect(name).toBe(`alpha-load-heatmap-step-500.${ending}`);
    expect(content.toString('latin1')).toMatch(form);
  }
});
