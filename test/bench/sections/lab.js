'use strict';

const { chromium } = require('@playwright/test');
const { JupyterLab } = require('../driver/jupyterLab');
const { chromiumOptions } = require('../../ui/support/chromium');
const { loaded } = require('./lab/loaded');
const { starts } = require('./lab/starts');
const { trainings } = require('./lab/trainings');

/**
 * What the extension costs in the project's JupyterLab: its start with the extension and without, what is loaded and when,
 * and a training with the panel open and closed.
 */
async function lab(bench) {
  const browser = await chromium.launch(chromiumOptions());
  const servers = [];
  try {
    const open = async (name, options) => {
      const server = await JupyterLab.open(bench.file(name), options);
      servers.push(server);
      return server;
    };
    const closed = { 'jupyterlab-switchyard:plugin': { openWhileRunning: false } };
    const without = await open('lab-without', { extension: false });
    const withIt = await open('lab-with', { extension: true, settings: closed });
    await starts(bench, browser, { withIt, without });
    await loaded(bench, browser, withIt);
    await trainings(bench, browser, withIt);
  } finally {
    await browser.close();
    await Promise.all(servers.map((server) => server.close()));
  }
}

module.exports = { lab };
