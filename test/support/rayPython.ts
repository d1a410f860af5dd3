import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const RAY = '2.60.0';
const ROOT = join(import.meta.dirname, '../..');

/**
 * A Python that has Ray: SWITCHYARD_RAY_PYTHON where it is set, else that of a virtual environment beside the tests' own tools, made the
 * first time.
 */
export function rayPython(): string {
  const given = process.env.SWITCHYARD_RAY_PYTHON;
  if (given !== undefined && given !== '') {
    return given;
  }
  const venv = join(ROOT, '.switchyard', 'ray-venv');
  const python = join(venv, 'bin', 'python');
  const probe = `import ray; assert ray.__version__ == "${RAY}"`;
  if (spawnSync(python, ['-c', probe], { stdio: 'ignore' }).status !== 0) {
    execFileSync(join(ROOT, '.venv', 'bin', 'python'), ['-m', 'venv', venv]);
    execFileSync(python, [
      '-m',
      'pip',
      'install',
      '-qq',
      '--disable-pip-version-check',
      `ray==${RAY}`,
      'setuptools<81'
    ]);
  }
  return python;
}
