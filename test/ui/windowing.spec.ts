import { expect, galata, test } from '@jupyterlab/galata';
import { drawn, expectedLoads, openNotebook, payloadOf } from './support/notebook';

const TRACKER = '@jupyterlab/notebook-extension:tracker';
const FILLER = Array.from({ length: 25 }, (_, i) => `# cell ${i}\n\n\n\n${i}`);

for (const windowingMode of ['contentVisibility', 'full', 'defer', 'none']) {
  test.describe(`windowing mode ${windowingMode}`, () => {
    const settings = { ...galata.DEFAULT_SETTINGS[TRACKER], windowingMode };
    test.use({ mockSettings: { ...galata.DEFAULT_SETTINGS, [TRACKER]: settings } });

    test('a panel out of view is drawn in its own width when it is scrolled to', async ({ page, tmpPath }) => {
      await openNotebook(page, tmpPath, [...FILLER, 'import replay; replay.run(steps=5, pause=0.1)', '1']);
      const last = FILLER.length;
      const scrollTo = (cell: number): Promise<void> =>
        page.evaluate((cell) => {
          const app = window.jupyterapp as unknown as {
            shell: { currentWidget: { content: { activeCellIndex: number; scrollToItem(i: number): Promise<void> } } };
          };
          const { content } = app.shell.currentWidget;
          content.activeCellIndex = cell;
          return content.scrollToItem(cell);
        }, cell);
      await scrollTo(0);
      await page.evaluate(() => window.jupyterapp.commands.execute('notebook:run-all-cells'));
      await page.waitForFunction(
        (last) => {
          const app = window.jupyterapp as unknown as {
            shell: {
              currentWidget: { content: { model: { cells: { get(i: number): { executionCount: number | null } } } } };
            };
          };
          return app.shell.currentWidget.content.model.cells.get(last).executionCount !== null;
        },
        last + 1,
        { timeout: 30_000 }
      );
      await scrollTo(0);
      await page.waitForTimeout(500);
      await scrollTo(last);
      const cell = page.locator(`.jp-Notebook-cell[data-windowed-list-index="${last}"]`);
      const panel = cell.locator('.jp-switchyard-Panel');
      await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
      const loads = expectedLoads(await payloadOf(page, last));
      await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z).toEqual(loads);
      const svg = panel.locator('[data-picture="load-heatmap"] .main-svg').first();
      const widths = async (): Promise<number[]> => [
        (await svg.boundingBox())!.width,
        (await panel.locator('[data-picture="load-heatmap"]').boundingBox())!.width
      ];
      const [drawnWidth, pictureWidth] = await widths();
      expect(drawnWidth).toBe(pictureWidth);
      const [cellBox, panelBox] = [(await cell.boundingBox())!, (await panel.boundingBox())!];
      expect(panelBox.x + panelBox.width).toBeLessThanOrEqual(cellBox.x + cellBox.width);
      expect(panelBox.width).toBe(400);
    });
  });
}
