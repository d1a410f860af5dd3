'use strict';

const { EXTENSION } = require('../../driver/jupyterLab');
const { digits, printTable } = require('../../driver/table');
const { payload } = require('../../../ui/gallery/payloads');

const MIME = 'application/vnd.switchyard.v1+json';
/** A name that only the core of plotly.js has. */
const PLOTLY = 'plotly_beforeplot';

/**
 * What the browser loads of the extension: with JupyterLab, with the first figure, with all further ones.
 *
 * @throws where plotly.js comes before the first figure, or does not come with it, or comes again.
 */
async function loaded(bench, browser, server) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const files = collect(page);
  await page.goto(`${server.url}/lab`);
  await page.waitForFunction(() => window.jupyterapp !== undefined);
  await page.evaluate(() => window.jupyterapp.restored);
  await openSaved(page, server);
  const rows = [await report('before the first figure', files)];
  await page.getByRole('button', { name: 'Show beside the cell' }).click();
  await page.locator('.jp-switchyard-plot .main-svg').first().waitFor();
  rows.push(await report('with the first figure', files));
  for (const tab of await page.locator('.jp-switchyard-Panel [role=tab]:visible').all()) {
    await tab.click();
    await page.waitForTimeout(500);
  }
  rows.push(await report('with all further ones', files));
  await context.close();
  const found = rows.map(({ plotly }) => plotly);
  if (found.join() !== '0,1,0') {
    throw new Error(`bench: plotly.js must be loaded once, with the first figure, got ${found.join(', ')} times`);
  }
  rows.forEach(({ when, count, bytes }) =>
    bench.note({ name: 'files of the extension', shape: when, direction: 'loaded', variant: `${count} files`, bytes })
  );
  printTable(
    'Files of the extension that the browser loads',
    ['', 'files', 'kB', 'with plotly.js'],
    rows.map(({ when, count, bytes, plotly }) => [when, count, digits(bytes / 1024), plotly])
  );
}

/** Files that come from now on, as promises of their contents. */
function collect(page) {
  const files = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.includes(`/extensions/${EXTENSION}/`) && response.ok()) {
      files.push(response.body());
    }
  });
  return files;
}

/** Takes the files that came since the last time. */
async function report(when, files) {
  const bodies = await Promise.all(files.splice(0));
  return {
    when,
    count: bodies.length,
    bytes: bodies.reduce((sum, body) => sum + body.length, 0),
    plotly: bodies.filter((body) => body.includes(PLOTLY)).length
  };
}

/** Opens a saved run, whose output is drawn without its panel. */
async function openSaved(page, server) {
  const output = { output_type: 'display_data', metadata: {}, data: { [MIME]: await payload('finished') } };
  const name = server.write('saved.ipynb', { cells: [{ source: 'run', outputs: [output] }], kernel: null });
  await page.evaluate((path) => void window.jupyterapp.commands.execute('docmanager:open', { path }), name);
  await page.locator('.jp-Dialog').getByRole('button', { name: 'No Kernel' }).click();
  await page.getByRole('button', { name: 'Show beside the cell' }).waitFor();
}

module.exports = { loaded };
