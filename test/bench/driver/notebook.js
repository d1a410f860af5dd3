'use strict';

/** Opens JupyterLab's page on a notebook of these cells, whose kernel is ready then. */
async function openNotebook(page, server, name, sources) {
  const cells = sources.map((source) => ({ source }));
  const path = server.write(name, { cells, kernel: 'switchyard' });
  await page.goto(`${server.url}/lab`);
  await page.waitForFunction(() => window.jupyterapp !== undefined);
  await page.evaluate(async (path) => {
    const app = window.jupyterapp;
    await app.restored;
    const notebook = await app.commands.execute('docmanager:open', { path });
    await notebook.context.ready;
    await notebook.sessionContext.ready;
  }, path);
}

/** Runs a cell to its end; returns what it printed. */
function runCell(page, index) {
  return page.evaluate(async (index) => {
    const app = window.jupyterapp;
    const notebook = app.shell.currentWidget.content;
    notebook.activeCellIndex = index;
    await app.commands.execute('notebook:run-cell');
    const outputs = notebook.widgets[index].model.outputs.toJSON();
    const failed = outputs.find((output) => output.output_type === 'error');
    if (failed) {
      throw new Error(`${failed.ename}: ${failed.evalue}`);
    }
    return outputs.map((output) => [output.text ?? ''].flat().join('')).join('');
  }, index);
}

/** Opens or closes the panel beside the active cell, which has a run. */
async function setPanel(page, open) {
  const panel = page.locator('.jp-switchyard-Panel');
  if ((await panel.count()) !== (open ? 1 : 0)) {
    await page.evaluate(() => window.jupyterapp.commands.execute('switchyard:toggle-panel'));
  }
  if (open) {
    await panel.locator('.main-svg').first().waitFor();
  } else {
    await panel.waitFor({ state: 'detached' });
  }
}

module.exports = { openNotebook, runCell, setPanel };
