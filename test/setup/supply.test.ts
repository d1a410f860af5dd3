import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { completeMachine, userMachine, WHEEL } from './machines';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** The calls of pip that fetch something. */
const fetching = (calls: string[]): string[] => calls.filter((call) => / -I -m pip .* (install|download) /.test(call));

/** What is fetched has a hash in a lock, or is a file on the disk, with no registry asked. */
const LOCKED = /--no-deps --only-binary=:all: --require-hashes -r \S+\.txt( -d \S+)?$/;
const FILE = /install --no-index --no-deps --force-reinstall \/\S+\.whl$/;

describe('nothing is installed by a bare name', () => {
  it.each([
    ['a clone', completeMachine, ['setup'], {}],
    ['a clone with a GPU', completeMachine, ['setup'], { SWITCHYARD_DEVICE: 'gpu' }],
    ['a folder of a user', userMachine, ['setup', '--wheel', `downloads/${WHEEL}`], {}]
  ])('%s', async (_name, make, words, env) => {
    const machine = make();
    const { code, output } = await machine.run(words, env);
    expect(code, output).toBe(0);
    const calls = fetching(machine.takeCalls());
    expect(calls.length).toBeGreaterThan(3);
    expect(calls.filter((call) => !LOCKED.test(call) && !FILE.test(call))).toEqual([]);
    expect(calls.filter((call) => FILE.test(call))).toHaveLength(1);
  });

  it('`start` after `setup --wheel` installs nothing again, though the wheel that was given is gone', async () => {
    const machine = userMachine();
    expect(await machine.run(['setup', '--wheel', `downloads/${WHEEL}`])).toMatchObject({ code: 0 });
    machine.remove('downloads');
    machine.takeCalls();
    const { code, output } = await machine.run(['start', '--no-browser']);
    expect(code, output).toBe(0);
    const calls = machine.takeCalls();
    expect(fetching(calls)).toEqual([]);
    expect(calls.at(-1)).toMatch(/ServerApp.*--no-browser$/);
  });

  it('a wheel that changed is installed again, and remembered', async () => {
    const machine = userMachine();
    await machine.run(['setup', '--wheel', `downloads/${WHEEL}`]);
    machine.takeCalls();
    machine.write('downloads/jupyterlab_switchyard-0.2.0-py3-none-any.whl', 'newer');
    await machine.run(['setup', '--wheel', 'downloads/jupyterlab_switchyard-0.2.0-py3-none-any.whl']);
    expect(fetching(machine.takeCalls())).toEqual([expect.stringMatching(/wheel\/jupyterlab_switchyard-0\.2\.0-\S+$/)]);
    await machine.run(['setup']);
    expect(fetching(machine.takeCalls())).toEqual([]);
  });

  it.each([['start'], ['setup']])(
    'without a wheel `%s` says how to give it, before anything is installed',
    async (word) => {
      const machine = userMachine();
      const { code, output } = await machine.run([word]);
      expect(code).toBe(2);
      expect(output).toMatch(
        /extension is not installed here yet: give its wheel once, `npx switchyard setup --wheel FILE`/
      );
      expect(machine.exists('.venv')).toBe(false);
    }
  );

  it.each(['downloads/other-1.0-py3-none-any.whl', 'jupyterlab-switchyard', `missing/${WHEEL}`, 'downloads'])(
    'refuses --wheel %s',
    async (given) => {
      const machine = userMachine();
      machine.write('downloads/other-1.0-py3-none-any.whl', 'a stranger');
      const { code, output } = await machine.run(['setup', '--wheel', given]);
      expect(code).toBe(2);
      expect(output).toMatch(/--wheel must be a file jupyterlab_switchyard-VERSION-py3-none-any\.whl, got /);
      expect(machine.exists('.venv')).toBe(false);
    }
  );

  it('a clone builds its own wheel, and takes no other', async () => {
    const { code, output } = await completeMachine().run(['setup', '--wheel', WHEEL]);
    expect(code).toBe(2);
    expect(output).toMatch(/--wheel is for a folder without our sources; this clone builds its own/);
  });
});

const tracked = execFileSync('git', ['ls-files', '*requirements.txt', '*/locks/*.txt'], {
  cwd: ROOT,
  encoding: 'utf8'
});

describe.each(tracked.trim().split('\n'))('the lock %s', (file) => {
  it('has a version and a hash for each package', () => {
    const entries = fs.readFileSync(path.join(ROOT, file), 'utf8').replaceAll('\\\n', '').trim().split('\n');
    const wrong = entries.filter((entry) => !/^[\w.-]+==[\w.]+ (; [^\\]+? )? *--hash=sha256:[0-9a-f]{64}/.test(entry));
    expect(wrong).toEqual([]);
  });
});
