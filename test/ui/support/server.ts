/** What the servers of the tests have in common: the project's Python, a port of their own, and a file for what they say. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../../..');
export const RESULTS = join(ROOT, 'test-results');

/** The Python of the environment. */
export function python(): string {
  const [bin, name] = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  return join(ROOT, '.venv', bin, name);
}

/** A port that nothing listens on. */
export function freePort(): string {
  const script =
    'const s = require("net").createServer().listen(0, () => { process.stdout.write(`${s.address().port}`); s.close(); })';
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
}

/** Where a server's configuration sends what the server and its kernels say. */
export function logOf(server: string): string {
  return join(RESULTS, `${server}.log`);
}
