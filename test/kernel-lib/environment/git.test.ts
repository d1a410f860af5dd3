import { execFileSync } from 'child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { gitState } from '@switchyard/kernel-lib/dist/environment/git.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let top = '';
let folder = '';

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'switchyard-git-'));
  folder = join(top, 'work');
  repository(folder);
});

afterEach(() => {
  rmSync(top, { recursive: true });
});

const git = (place: string, ...words: string[]): string => execFileSync('git', words, { cwd: place, encoding: 'utf8' });

function write(file: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
}

/** A repository with one commit. */
function repository(place: string): void {
  mkdirSync(place);
  git(place, 'init', '--quiet');
  git(place, 'config', 'user.name', 'a');
  git(place, 'config', 'user.email', 'a@example.org');
  write(join(place, 'file.txt'), 'text\n');
  git(place, 'add', '.');
  git(place, 'commit', '--quiet', '-m', 'first');
}

/** A program that leaves a mark. */
function program(name: string): string {
  const file = join(top, `${name}.sh`);
  write(file, `#!/bin/sh\ntouch ${join(top, 'ran')}\nexit 1\n`, 0o755);
  return file;
}

/** What git itself runs of the folder, and what we run of it. */
function runs(): { plainGit: boolean; ours: boolean } {
  const mark = join(top, 'ran');
  const later = new Date(Date.now() + 5000);
  const touch = (): void => {
    execFileSync('touch', ['-d', later.toISOString(), join(folder, 'file.txt')]);
  };
  touch();
  const state = gitState(folder);
  const ours = existsSync(mark);
  touch();
  execFileSync('sh', ['-c', 'git status --porcelain || true'], { cwd: folder, stdio: 'ignore' });
  expect(state === null || state.commit.length === 40).toBe(true);
  return { plainGit: existsSync(mark), ours };
}

describe('the state of a stranger’s repository runs nothing that its configuration names', () => {
  test.each<[string, () => void]>([
    ['a monitor of files', () => git(folder, 'config', 'core.fsmonitor', program('monitor'))],
    [
      'a filter',
      () => {
        write(join(folder, '.gitattributes'), '* filter=evil.one=x\n');
        git(folder, 'config', 'filter.evil.one=x.clean', program('clean'));
        git(folder, 'config', 'filter.evil.one=x.required', 'true');
      }
    ],
    [
      'a filter that is a process, in an included file',
      () => {
        write(join(folder, '.gitattributes'), '* filter=evil\n');
        write(join(folder, 'more'), `[filter "evil"]\n\tprocess = ${program('process')}\n`);
        git(folder, 'config', 'include.path', join(folder, 'more'));
      }
    ],
    [
      'a hook',
      () => write(join(folder, '.git/hooks/post-index-change'), `#!/bin/sh\ntouch ${join(top, 'ran')}\n`, 0o755)
    ],
    [
      'a monitor of a submodule',
      () => {
        repository(join(top, 'inner'));
        git(folder, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(top, 'inner'), 'inner');
        git(folder, 'commit', '--quiet', '-m', 'inner');
        git(join(folder, 'inner'), 'config', 'core.fsmonitor', program('monitor'));
      }
    ],
    [
      'a program that brings what is missing',
      () => {
        git(folder, 'config', 'remote.origin.url', join(top, 'nowhere'));
        git(folder, 'config', 'remote.origin.promisor', 'true');
        git(folder, 'config', 'extensions.partialClone', 'origin');
        git(folder, 'config', 'core.repositoryFormatVersion', '1');
        git(folder, 'config', 'remote.origin.uploadpack', program('upload'));
        const tree = git(folder, 'rev-parse', 'HEAD^{tree}').trim();
        rmSync(join(folder, '.git/objects', tree.slice(0, 2), tree.slice(2)));
        rmSync(join(folder, '.git/index'));
      }
    ]
  ])('%s', (_what, arm) => {
    arm();
    expect(runs()).toEqual({ plainGit: true, ours: false });
  });
});

describe('the state of a work tree', () => {
  test('clean, changed, with a new file, without a commit, and none', () => {
    const commit = git(folder, 'rev-parse', 'HEAD').trim();
    expect(gitState(folder)).toEqual({ commit, clean: true });
    write(join(folder, 'file.txt'), 'other\n');
    expect(gitState(folder)).toEqual({ commit, clean: false });
    git(folder, 'checkout', '--quiet', '.');
    write(join(folder, 'sub/new.txt'), 'new\n');
    expect(gitState(join(folder, 'sub'))).toEqual({ commit, clean: false });
    git(top, 'init', '--quiet', 'empty');
    expect(gitState(join(top, 'empty'))).toBe(null);
    expect(readdirSync(top)).toContain('empty');
    mkdirSync(join(top, 'plain'));
    expect(gitState(join(top, 'plain'))).toBe(null);
  });
});
