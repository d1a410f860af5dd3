/** The token strip. */
import { expect } from '@jupyterlab/galata';
import { choicesOf } from '@switchyard/kernel-lib/protocol';
import type { IScene } from './scene';
import { expertOf, layerOf, showTab } from './scene';

/** A text is found over tokens, counted, and walked through by keys and buttons. */
export async function searchesTokens({ panel }: IScene): Promise<void> {
  await showTab(panel, 'Tokens');
  const field = panel.getByRole('searchbox', { name: 'Search the text' });
  const places = panel.getByRole('search').getByRole('status');
  await field.fill('used to');
  await expect(places).toHaveText('1 of 1');
  await expect(panel.locator('.jp-switchyard-token.jp-mod-hit > span')).toHaveText(['used·', 'to·']);
  await field.fill('STATEMENT');
  await expect(places).toHaveText('1 of 2');
  await field.press('Enter');
  await expect(places).toHaveText('2 of 2');
  await expect(panel.locator('.jp-switchyard-detail')).toContainText('“statement·”');
  await panel.getByRole('button', { name: 'Next place' }).click();
  await expect(places).toHaveText('1 of 2');
  await field.press('Escape');
  await expect(field).toHaveValue('');
  await expect(panel.locator('.jp-mod-hit')).toHaveCount(0);
}

/** All layers are rows that keys walk through; an expert chosen there is chosen everywhere. */
export async function walksAllLayers({ page, panel, payload }: IScene): Promise<void> {
  const { layers, tokens } = payload.data;
  const choices = choicesOf(tokens!.experts[2], layers[2].k);
  await showTab(panel, 'Tokens');
  await expertOf(panel).selectOption({ label: 'all' });
  await panel.getByRole('combobox', { name: 'Layers' }).selectOption('all');
  const grid = panel.getByRole('grid');
  await expect(grid).toHaveAttribute('aria-rowcount', String(layers.length));
  await expect(grid.locator('canvas')).toBeVisible();
  await grid.focus();
  for (const key of ['Home', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter']) {
    await page.keyboard.press(key);
  }
  await expect(panel.locator('.jp-switchyard-detail')).toContainText('Token 2 “statement·” · prose · layer 2');
  const expert = choices[1][0];
  await expect(expertOf(panel)).toHaveValue(String(expert + 1));
  await expect(layerOf(panel)).toHaveValue('2');
  await panel.getByRole('combobox', { name: 'Layers' }).selectOption('one');
  const dimmed = choices.filter(([first]) => first !== expert).length;
  await expect(panel.locator('.jp-switchyard-token.jp-mod-dimmed')).toHaveCount(dimmed);
}

/** The choices of an earlier step stand beside the present ones, changes marked and counted. */
export async function comparesSteps({ panel, payload }: IScene): Promise<void> {
  const { layers, tokens } = payload.data;
  const { text, experts, earlier } = tokens!;
  await showTab(panel, 'Tokens');
  await layerOf(panel).selectOption('0');
  const beside = panel.getByRole('combobox', { name: 'Beside' });
  await beside.selectOption(String(earlier![1].step));
  const [now, then] = [experts, earlier![1].experts].map((rows) =>
    choicesOf(rows[0], layers[0].k).map(([first]) => first)
  );
  const changed = now.flatMap((expert, t) => (expert === then[t] ? [] : [t]));
  const marked = panel.locator('.jp-switchyard-token.jp-mod-changed');
  await expect(marked.locator('s')).toHaveText(changed.map((t) => String(then[t])));
  await expect(marked.locator('small')).toHaveText(changed.map((t) => String(now[t])));
  await expect(panel).toContainText(
    `${changed.length} of ${text.length} choices are others than at step ${earlier![1].step}.`
  );
  await beside.selectOption('none');
  await expect(marked).toHaveCount(0);
}
