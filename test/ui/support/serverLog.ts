/** Says after a failure where the server's own words are. */
import { relative } from 'node:path';
import type { FullResult, Reporter } from '@playwright/test/reporter';
import { logOf, ROOT } from './server';

export default class ServerLog implements Reporter {
  onEnd({ status }: FullResult): void {
    if (status !== 'passed') {
      process.stdout.write(`\n  What JupyterLab and its kernels said: ${relative(ROOT, logOf('jupyterlab'))}\n`);
    }
  }

  printsToStdio(): boolean {
    return false;
  }
}
