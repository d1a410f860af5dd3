'use strict';

const { chromium } = require('@playwright/test');
const { chromiumOptions } = require('../support/chromium');
const { pageMetrics } = require('../support/pageMetrics');
const { serve } = require('./serve');
const { readTheme } = require('./themes');

/** The gallery in a browser. */
class Gallery {
  static async open({ width = 460, height = 1000, density = 1 } = {}) {
    const server = await serve();
    const browser = await chromium.launch(chromiumOptions());
    const page = await browser.newPage({
      viewport: { width, height },
      deviceScaleFactor: density,
      reducedMotion: 'reduce'
    });
    const gallery = new Gallery(server, browser, page);
    page.on('pageerror', (error) => gallery.errors.push(error.message));
    await page.goto(server.url);
    await page.waitForFunction(() => 'gallery' in window, null, { timeout: 120_000 });
    await gallery.wear('light');
    return gallery;
  }

  constructor(server, browser, page) {
    /** Exceptions that nothing caught. */
    this.errors = [];
    this.page = page;
    this._server = server;
    this._browser = browser;
  }

  /** CPU time of the page's main thread up to now, in milliseconds. */
  async cpu() {
    return (await this._measure()).cpu;
  }

  /** Objects that a leak would add to, after garbage collection. */
  async census() {
    const { heap, nodes, listeners } = await this._measure({ collect: true });
    return { heap, nodes, listeners };
  }

  async _measure(options) {
    this._metrics ??= await pageMetrics(this.page);
    return this._metrics(options);
  }

  /** Slows the page's CPU down so many times; 1 lets it be. */
  async slow(rate) {
    this._cdp ??= await this.page.context().newCDPSession(this.page);
    await this._cdp.send('Emulation.setCPUThrottlingRate', { rate });
  }

  async wear(theme) {
    await this.page.evaluate(({ css, light }) => window.gallery.wear(css, light), readTheme(theme));
  }

  /** Draws letters with these fonts, whatever the system's own are. */
  async wearFonts(ui, code) {
    const content = `body { --jp-ui-font-family: '${ui}' !important; --jp-code-font-family: '${code}' !important; }`;
    this._fonts = [ui, code];
    await this.page.addStyleTag({ content });
  }

  /** Those of the worn fonts that the system lacks. */
  missingFonts() {
    return this.page.evaluate((fonts) => {
      const pen = document.createElement('canvas').getContext('2d');
      const width = (font) => {
        pen.font = `32px ${font}`;
        return pen.measureText('Routing, 0.125 × wide').width;
      };
      const missing = (font) => ['serif', 'monospace'].every((other) => width(`'${font}', ${other}`) === width(other));
      return fonts.filter(missing);
    }, this._fonts);
  }

  /** Major version of the browser. */
  async chromium() {
    return this._browser.version().split('.')[0];
  }

  /** Sets the colours of all pictures by the name of a scheme. */
  async colour(scheme) {
    await this.page.evaluate((scheme) => window.gallery.colour(scheme), scheme);
  }

  async mount(payloads, view = {}, told = null) {
    await this.page.evaluate(
      ([payloads, view, told]) => window.gallery.mount(payloads, view, told),
      [payloads, view, told]
    );
    await this.page.locator('[role=tab][aria-selected=true]').waitFor();
  }

  /** Tabs that the payload has something for, by label. */
  tabs() {
    return this.page.locator('[role=tab]:visible').allTextContents();
  }

  async select(tab) {
    await this.page.getByRole('tab', { name: tab, exact: true }).click();
    await this.drawn();
  }

  /** Opens the tables of numbers. */
  async openNumbers() {
    await this.page.evaluate(() => document.querySelectorAll('details').forEach((node) => (node.open = true)));
  }

  /** Waits until every plot in view is drawn or has said why not, and a frame more. */
  async drawn() {
    await this.page.waitForFunction(() =>
      [...document.querySelectorAll('figure')].every((figure) => {
        if (
          figure.querySelector('.jp-switchyard-graph:not([data-state=drawn])') !== null &&
          figure.offsetParent !== null
        ) {
          return false;
        }
        const plot = figure.querySelector('.jp-switchyard-plot');
        const drawn = !plot || plot.offsetParent === null || plot.querySelector('.main-svg') !== null;
        return drawn || figure.querySelector('.jp-switchyard-state:not(:empty)') !== null;
      })
    );
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  get panel() {
    return this.page.locator('.jp-switchyard-Panel');
  }

  /** The panel as PNG. */
  picture(path) {
    return this.panel.screenshot({ path, animations: 'disabled' });
  }

  async close() {
    await this._browser.close();
    await this._server.close();
  }
}

module.exports = { Gallery };
