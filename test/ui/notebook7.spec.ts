import { galata } from '@jupyterlab/galata';
import { expect, test } from '@playwright/test';
import { notebookText } from './support/notebook';

test('Notebook 7 shows the panel as well', async ({ request, browser, baseURL }) => {
  const contents = galata.newContentsHelper(request);
  await contents.uploadContent(notebookText(['import replay; replay.run(steps=3)']), 'text', 'notebook7.ipynb');
  const page = await browser.newPage();
  await page.goto(`${baseURL}/notebooks/notebook7.ipynb`);
  await page.locator('.jp-Notebook-cell .cm-content').first().click();
  await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
  await page.keyboard.press('Control+Enter');
  const panel = page.locator('.jp-switchyard-Panel');
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  await expect(panel.locator('.main-svg').first()).toBeVisible();
  await page.close();
  await contents.deleteFile('notebook7.ipynb');
});
