import { execFileSync } from 'child_process';
import * as os from 'os';

/** The commit that is checked out, and whether any file differs from it. */
export interface GitState {
  commit: string;
  clean: boolean;
}

const MAX_MILLISECONDS = 10_000;

/** The state of the work tree that holds `folder`; null where there is none, no commit yet, or no git. */
export function gitState(folder: string): GitState | null {
  const commit = git(folder, ['rev-parse', '--verify', 'HEAD']);
  const changes =
    commit === null ? null : git(folder, ['status', '--porcelain', '--ignore-submodules=dirty'], programs(folder));
  return commit === null || changes === null ? null : { commit: commit.trim(), clean: changes === '' };
}

/**
 * The folder is anybody's, and so is its `.git/config`. These settings of it name programs that git would run: none is to look for
 * changes, to be told of them, or to fetch what is missing.
 */
const HARMLESS = ['core.fsmonitor=false', `core.hooksPath=${os.devNull}`, 'status.submoduleSummary=false'];
const FETCHES_NOTHING = {
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0'
};

/** The programs that the folder's own configuration has files pass through; those of the user's own configuration may run. */
function programs(folder: string): string[] {
  const scopes = ['--local', '--worktree'].map(
    (scope) => git(folder, ['config', scope, '--includes', '--name-only', '-z', '--get-regexp', '^filter\\.']) ?? ''
  );
  return scopes.flatMap((names) => names.split('\0')).filter((name) => name !== '');
}

/** @param emptied - Names of settings that are to have no value. */
function git(folder: string, words: string[], emptied: string[] = []): string | null {
  const settings = emptied.map((name, i) => [
    [`GIT_CONFIG_KEY_${i}`, name],
    [`GIT_CONFIG_VALUE_${i}`, name.toLowerCase().endsWith('.required') ? 'false' : '']
  ]);
  const env = { ...process.env, ...FETCHES_NOTHING, ...Object.fromEntries(settings.flat()) };
  try {
    return execFileSync('git', [...HARMLESS.flatMap((setting) => ['-c', setting]), ...words], {
      cwd: folder,
      env: { ...env, GIT_CONFIG_COUNT: String(emptied.length) },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: MAX_MILLISECONDS
    });
  } catch {
    // No git, or no work tree: nothing is known, which is what null says.
    return null;
  }
}
