import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PACKAGES = {
  ...{ 'nas-bench-graph': '1.4.0', optuna: '5.0.0', 'scikit-learn': '1.9.1' },
  ...{ 'psycopg2-binary': '2.9.11', PyMySQL: '1.2.4' }
};

/** A Python with NAS-Bench-Graph's tables, Optuna, scikit-learn and drivers of PostgreSQL and MySQL: of a virtual environment beside the tests' own tools, made the first time. */
export function searchPython(): string {
  const venv = join(ROOT, '.switchyard', 'search-venv');
  const python = join(venv, 'bin', 'python');
  const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}==${version}`);
  const probe = Object.entries(PACKAGES).map(([name, version]) => `assert version("${name}") == "${version}"`);
  if (
    spawnSync(python, ['-c', `from importlib.metadata import version\n${probe.join('\n')}`], { stdio: 'ignore' })
      .status !== 0
  ) {
    execFileSync(join(ROOT, '.venv', 'bin', 'python'), ['-m', 'venv', venv]);
    execFileSync(python, ['-m', 'pip', 'install', '-qq', '--disable-pip-version-check', ...wanted, 'numpy']);
  }
  return python;
}
