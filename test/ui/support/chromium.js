'use strict';

const fs = require('fs');

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
];

/** How Playwright starts the machine's browser; its own download where there is none. */
function chromiumOptions() {
  const executablePath = process.env.SWITCHYARD_CHROMIUM ?? PLACES.find((place) => fs.existsSync(place));
  return { executablePath, args: ARGS };
}

module.exports = { chromiumOptions };
