/** Pictures for the README and for looking at: SWITCHYARD_SCREENSHOTS=1 npx playwright test -c test/ui screenshots */
import { join } from 'node:path';
import { expect, test } from '@jupyterlab/galata';
import { openNotebook, panelOf } from './support/notebook';

const FOLDER = join(__dirname, '../../test-results/screenshots');
const CELL = `import replay

# An example run: 4 routed layers of 16 experts, top-2
replay.run(steps=40, pause=0.05)`;

test.use({ viewport: { width: 1280, height: 800 } });

test('panels in both themes @screenshots', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, [CELL, '']);
  await page.sidebar.close('left');
  await page.notebook.runCell(0);
  const panel = panelOf(page);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  for (const theme of ['light', 'dark']) {
    await (theme === 'dark' ? page.theme.setDarkTheme() : page.theme.setLightTheme());
    for (const tab of ['Load', 'Tokens', 'Scalars']) {
      await panel.getByRole('tab', { name: tab }).click();
      await page.mouse.move(200, 700);
      await page.waitForTimeout(500);
      await page.screenshot({ path: join(FOLDER, `${theme}-${tab.toLowerCase()}.png`) });
    }
  }
  await page.setViewportSize({ width: 620, height: 1000 });
  await panel.getByRole('tab', { name: 'Load' }).click();
  await page.waitForTimeout(800);
  await page.screenshot({ path: join(FOLDER, 'narrow.png') });
});
