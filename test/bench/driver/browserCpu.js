'use strict';

/** CPU time of all processes of a browser up to now, whenever the result is called: painting has threads of its own. */
async function browserCpu(browser) {
  const session = await browser.newBrowserCDPSession();
  return async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return 1000 * processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
}

module.exports = { browserCpu };
