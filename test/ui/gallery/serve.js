'use strict';

const path = require('path');

const ROOT = path.join(__dirname, '../../..');

/** Serves the gallery's page from the sources, nothing built before; returns its address and how to end it. */
async function serve() {
  const { createServer } = await import('vite');
  const server = await createServer({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    // Tests that run at once prepare the packages each for itself.
    cacheDir: path.join(ROOT, '.switchyard/gallery', process.env.TEST_PARALLEL_INDEX ?? '0'),
    resolve: {
      alias: { '@switchyard/kernel-lib/protocol': path.join(ROOT, 'kernel-lib/src/protocol/index.ts') }
    },
    // plotly.js asks for Node's name of the global object.
    define: { global: 'globalThis' },
    optimizeDeps: {
      // What was kept of an earlier run lacks what the sources import since, and the page would be loaded anew half-way.
      force: true,
      entries: ['test/ui/gallery/index.html'],
      esbuildOptions: { define: { global: 'globalThis' } }
    },
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null }
  });
  await server.listen();
  const { port } = server.httpServer.address();
  return { url: `http://127.0.0.1:${port}/test/ui/gallery/index.html`, close: () => server.close() };
}

module.exports = { serve };
