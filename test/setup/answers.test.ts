import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createServer as createSilent } from 'node:net';
import { expect, test } from 'vitest';

const { answers } = createRequire(__filename)('../../kernel-lib/bin/support/answers.js') as {
  answers: (address: string, patience: number) => Promise<boolean>;
};

test('a server is waited for until it answers, also with an error', async () => {
  const server = createServer((_, response) => response.writeHead(404).end());
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  server.close();
  const late = createServer((_, response) => response.writeHead(404).end());
  setTimeout(() => late.listen(port, '127.0.0.1'), 500);
  const before = Date.now();
  expect(await answers(`http://127.0.0.1:${port}/api`, 10_000)).toBe(true);
  expect(Date.now() - before).toBeGreaterThan(400);
  late.close();
});

test('one that listens and says nothing does not answer', async () => {
  const silent = createSilent().listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const { port } = silent.address() as AddressInfo;
  expect(await answers(`http://127.0.0.1:${port}/api`, 100)).toBe(false);
  silent.close();
});
