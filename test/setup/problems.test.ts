import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { completeMachine, python } from './machines';
import type { Ended, Sandbox } from './sandbox';

/** Expects a sentence and a non-zero exit, and nothing that looks like a stack trace. */
function expectSentence({ code, output }: Ended, sentence: RegExp): void {
  expect(output).toMatch(sentence);
  expect(output).not.toMatch(/\n\s+at |Traceback|switchyard broke/);
  expect(code).toBe(1);
}

/** Expects a failed step to be tried again, and all to be well once the machine is mended. */
async function expectMended(machine: Sandbox, mend: (machine: Sandbox) => void): Promise<void> {
  mend(machine);
  const { code, output } = await machine.run(['setup']);
  expect(code, output).toBe(0);
}

describe('a machine that lacks something', () => {
  it('no compiler: says which package brings one, before anything is installed', async () => {
    const machine = completeMachine();
    machine.remove('programs/g++');
    expectSentence(await machine.run(['setup']), /There is no C\+\+ compiler: install one .*apt-get install g\+\+/);
    expect(machine.exists('.venv')).toBe(false);
  });

  it('no venv module: names python3-venv', async () => {
    const machine = completeMachine();
    machine.program('python3', python({ hasVenv: false }));
    expectSentence(await machine.run(['setup']), /Python 3\.11\) has no venv module: .*apt-get install python3-venv/);
    expect(machine.exists('.venv')).toBe(false);
    await expectMended(machine, (mended) => {
      mended.program('python3', python({}));
    });
  });

  it('an old Python: says the version that is wanted and the one that came', async () => {
    const machine = completeMachine();
    machine.program('python3', python({ version: 8 }));
    expectSentence(await machine.run(['setup']), /no Python 3\.10 or later on the PATH \(found 3\.8\): install one/);
  });

  it('no Python at all', async () => {
    const machine = completeMachine();
    machine.remove('programs/python3');
    expectSentence(await machine.run(['setup']), /no Python 3\.10 or later on the PATH: install one/);
  });

  it('takes an older Python with a TensorFlow wheel before a newer one without', async () => {
    const machine = completeMachine();
    machine.program('python3', python({ version: 14 }));
    machine.program('python3.12', python({ version: 12 }));
    expect((await machine.run(['setup'])).code).toBe(0);
    const venv = machine.takeCalls().filter((call) => call.includes('-m venv'));
    expect(venv).toEqual([expect.stringMatching(/^python3\.12 /)]);
  });

  it('an npm registry that does not answer', async () => {
    const machine = completeMachine();
    const npm = fs.readFileSync(path.join(machine.root, 'programs/npm'), 'utf8');
    machine.program(
      'npm',
      'echo "npm error code ECONNREFUSED" >&2; echo "npm error FetchError: connect ECONNREFUSED" >&2; exit 1'
    );
    const ended = await machine.run(['setup']);
    expectSentence(ended, /The npm registry does not answer: check the network/);
    expect(ended.output).toMatch(/✗ Node packages/);
    expect(ended.output).toMatch(/whole output is in .*\.switchyard\/logs\/node-packages\.log/);
    await expectMended(machine, (mended) => {
      mended.write('programs/npm', npm);
    });
  });

  it('a Python package index that does not answer', async () => {
    const machine = completeMachine();
    const pip = `echo "WARNING: Retrying after connection broken by 'NewConnectionError'" >&2
      echo "ERROR: No matching distribution found for jupyterlab" >&2; exit 1`;
    machine.program('python3', python({ pip }));
    expectSentence(await machine.run(['setup']), /The Python package index does not answer: check the network/);
    await expectMended(machine, (mended) => {
      mended.program('python3', python({}));
    });
  });

  it('a full disk', async () => {
    const machine = completeMachine();
    machine.program('npm', 'echo "npm error ENOSPC: no space left on device, write" >&2; exit 1');
    expectSentence(await machine.run(['setup']), /The disk that holds .* is full: free some space/);
  });

  it('a compiler that fails: shows its first error', async () => {
    const machine = completeMachine();
    machine.program('g++', '[ "$1" = --version ] || { echo "x.cc:3: error: no member named y"; exit 1; }');
    expectSentence(await machine.run(['setup']), /Compiling the TensorFlow binding failed: x\.cc:3: error: no member/);
    expect(machine.exists('node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node')).toBe(false);
  });

  it('no wheel for this platform: goes on with plain TensorFlow.js and one warning', async () => {
    const machine = completeMachine();
    const pip = `case "$*" in
      *install*locks/tensorflow*) echo "ERROR: No matching distribution found for tensorflow-cpu==2.21.0" >&2; exit 1 ;;
      *requirements.txt) touch "$ROOT/.venv/bin/jupyter-lab" ;;
      *some.whl) mkdir -p "$ROOT/.venv/share/jupyter/kernels/switchyard"
        echo '{}' > "$ROOT/.venv/share/jupyter/kernels/switchyard/kernel.json" ;;
    esac`;
    machine.program('python3', python({ pip }));
    const { code, output } = await machine.run(['setup']);
    expect(code, output).toBe(0);
    expect(output.match(/plain TensorFlow\.js runs instead/g)).toHaveLength(1);
    expect(machine.takeCalls().filter((call) => call.startsWith('g++ -O2'))).toEqual([]);
  });

  it('a virtual environment of somebody else is left alone', async () => {
    const machine = completeMachine();
    machine.write('.venv/precious', 'work');
    expectSentence(await machine.run(['setup']), /\.venv was not made by switchyard: move it away/);
    expect(machine.exists('.venv/precious')).toBe(true);
  });

  it('a device that is neither cpu nor gpu', async () => {
    const ended = await completeMachine().run(['setup'], { SWITCHYARD_DEVICE: 'tpu' });
    expectSentence(ended, /SWITCHYARD_DEVICE must be cpu or gpu, got tpu/);
  });
});

describe('the command line', () => {
  it('refuses an unknown command and lists those there are', async () => {
    const { code, output } = await completeMachine().run(['strat']);
    expect(code).toBe(2);
    expect(output).toMatch(/there is no command "strat"[\s\S]*setup[\s\S]*start[\s\S]*test[\s\S]*doctor/);
  });

  it('refuses unknown words before it does anything', async () => {
    const machine = completeMachine();
    for (const words of [
      ['setup', '--fast'],
      ['test', '--only', 'everything'],
      ['doctor', '--verbose'],
      ['models', 'add', 'oracle']
    ]) {
      const { code, output } = await machine.run(words);
      expect(code).toBe(2);
      expect(output).toContain(words.at(-1));
    }
    expect(machine.takeCalls()).toEqual([]);
  });
});
