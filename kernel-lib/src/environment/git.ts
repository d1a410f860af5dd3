import { execFileSync } from 'child_process';

/** The commit that is checked out, and whether any file differs from it. */
export interface GitState {
  commit: string;
  clean: boolean;
}

const MAX_MILLISECONDS = 10_000;

/** The state of the work tree that holds `folder`; null where there is none, no commit yet, or no git. */
export function gitState(folder: string): GitState | null {
  const commit = git(folder, ['rev-parse', '--verify', 'HEAD']);
  const changes = git(folder, ['status', '--porcelain']);
  return commit === null || changes === null ? null : { commit: commit.trim(), clean: changes === '' };
}

function git(folder: string, words: string[]): string | null {
  try {
    return execFileSync('git', words, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: MAX_MILLISECONDS
    });
  } catch {
    // No git, or no work tree: nothing is known, which is what null says.
    return null;
  }
}
