import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { completeMachine } from './machines';

const TITLES = [
  'Machine',
  'Python packages (.venv)',
  'TensorFlow',
  'Images of digits',
  'Node packages',
  'TensorFlow binding',
  'Custom ops',
  'Library (kernel-lib)',
  'JupyterLab extension',
  'Kernel and extension in .venv',
  'Shipped notebooks, signed'
];

/** The calls that do work; looking for programs is none. */
const working = (calls: string[]): string[] => calls.filter((call) => !/ (-c import sys|--version)/.test(call));

describe('the set-up', () => {
  it('prints every step with a tick and its time', async () => {
    const { code, output } = await completeMachine().run(['setup']);
    const lines = output.trim().split('\n');
    expect(code, output).toBe(0);
    expect(lines.map((line) => /^✓ (.*?) {2,}|^✓ (.*?) \d/.exec(line)?.slice(1).find(Boolean))).toEqual(TITLES);
    lines.slice(1).forEach((line) => expect(line).toMatch(/\d+\.\d s$/));
  });

  it('does nothing again for the same inputs', async () => {
    const machine = completeMachine();
    await machine.run(['setup']);
    machine.takeCalls();
    const { code, output } = await machine.run(['setup']);
    expect(code).toBe(0);
    expect(output.match(/done before/g)).toHaveLength(TITLES.length - 1);
    expect(working(machine.takeCalls())).toEqual([]);
  });

  it('does again the step whose input changed, and those that build on it', async () => {
    const machine = completeMachine();
    await machine.run(['setup']);
    machine.takeCalls();
    machine.write('kernel-lib/src/index.ts', 'export const changed = true;\n');
    await machine.run(['setup']);
    const calls = working(machine.takeCalls());
    expect(calls.map((call) => /build:\w+|build -t wheel|some\.whl/.exec(call)?.[0])).toEqual([
      'build:lib',
      'build:extension',
      'build -t wheel',
      'some.whl'
    ]);
  });

  it('signs the shipped notebooks, and again those that changed', async () => {
    const machine = completeMachine();
    machine.write('notebooks/quickstart.ipynb', '{}');
    machine.write('notebooks/notes.txt', '');
    await machine.run(['setup']);
    const signing = (): string[] => machine.takeCalls().filter((call) => call.includes('.ipynb'));
    expect(signing().map((call) => call.split(/[\\/]/).at(-1))).toEqual(['quickstart.ipynb']);
    await machine.run(['setup']);
    expect(signing()).toEqual([]);
    machine.write('notebooks/quickstart.ipynb', '{ }');
    await machine.run(['setup']);
    expect(signing()).toHaveLength(1);
  });

  it('does again a step whose output is gone', async () => {
    const machine = completeMachine();
    await machine.run(['setup']);
    machine.takeCalls();
    machine.remove('node_modules/@tensorflow/tfjs-node-gpu/lib');
    await machine.run(['setup']);
    expect(working(machine.takeCalls()).every((call) => call.startsWith('g++'))).toBe(true);
    expect(machine.exists('node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node')).toBe(true);
  });

  it('takes the digits again where they are gone, and says what is lost where it cannot', async () => {
    const machine = completeMachine();
    await machine.run(['setup']);
    machine.remove('.venv/share/switchyard/digits.csv.gz');
    machine.takeCalls();
    await machine.run(['setup']);
    expect(machine.exists('.venv/share/switchyard/digits.csv.gz')).toBe(true);
    expect(working(machine.takeCalls()).map((call) => /pip.* download|import zipfile/.exec(call)?.[0])).toHaveLength(2);
    machine.remove('.venv/share/switchyard/digits.csv.gz');
    machine.write('no-digits', '');
    const { code, output } = await machine.run(['setup']);
    expect(code, output).toBe(0);
    expect(output).toMatch(/Taking the digits from scikit-learn failed: ERROR.*data\.digits\(\) has nothing to read/);
  });

  it('installs the other TensorFlow when the device changes', async () => {
    const machine = completeMachine();
    await machine.run(['setup']);
    machine.takeCalls();
    await machine.run(['setup'], { SWITCHYARD_DEVICE: 'gpu' });
    const calls = machine.takeCalls().join('\n');
    expect(calls).toMatch(/install .*--require-hashes -r \S+locks\/tensorflow\.txt/);
    expect(calls).toMatch(/uninstall -y tensorflow tensorflow-cpu/);
  });

  it('does an interrupted step again whole, and takes over the dead process’s lock', async () => {
    const machine = completeMachine();
    machine.write('slow', '');
    const { ended, kill } = machine.start(['setup']);
    await waitFor(() => machine.takeCalls().some((call) => call.startsWith('npm ci')));
    kill('SIGKILL');
    await ended;
    expect(machine.exists('.switchyard/lock')).toBe(true);
    machine.remove('slow');
    const { code, output } = await machine.run(['setup']);
    expect(code, output).toBe(0);
    expect(output).toMatch(/TensorFlow +done before/);
    expect(machine.takeCalls().filter((call) => call.startsWith('npm ci'))).toHaveLength(1);
    expect(machine.exists('.switchyard/lock')).toBe(false);
  });

  it('ends the program it runs when it is told to end, and gives the lock back', async () => {
    const machine = completeMachine();
    machine.write('slow', '');
    const { ended, kill } = machine.start(['setup']);
    await waitFor(() => machine.takeCalls().some((call) => call.startsWith('npm ci')));
    kill('SIGTERM');
    const { code, output } = await ended;
    expect(code).toBe(130);
    expect(output).toMatch(/Stopped\. The step that ran will be done again/);
    expect(machine.exists('.switchyard/lock')).toBe(false);
    machine.remove('slow');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(machine.exists('node_modules')).toBe(false);
  });

  it('makes the virtual environment anew after an interruption', async () => {
    const machine = completeMachine();
    await machine.run(['setup']);
    machine.write('.venv/half-done', '');
    machine.write('.switchyard/stamps/environment.json', '{"state":"running"}');
    await machine.run(['setup']);
    expect(machine.exists('.venv/half-done')).toBe(false);
    expect(machine.exists('.venv/share/jupyter/kernels/switchyard/kernel.json')).toBe(true);
  });

  it('takes a stamp that was cut short for an interruption', async () => {
    const machine = completeMachine();
    await machine.run(['setup']);
    machine.write('.switchyard/stamps/library.json', '{"state":"do');
    machine.write('kernel-lib/dist/left-over.js', '');
    const { output } = await machine.run(['setup']);
    expect(output).toMatch(/✓ Library \(kernel-lib\) +\d/);
    expect(machine.exists('kernel-lib/dist/left-over.js')).toBe(false);
  });

  it('runs once at a time: the second waits and finds all done', async () => {
    const machine = completeMachine();
    machine.write('slow', '');
    const first = machine.start(['setup']);
    await waitFor(() => machine.exists('calls') && machine.exists('.switchyard/stamps/node-packages.json'));
    const second = machine.start(['setup']);
    await new Promise((resolve) => setTimeout(resolve, 700));
    machine.remove('slow');
    const outputs = await Promise.all([first.ended, second.ended]);
    expect(outputs.map(({ code }) => code)).toEqual([0, 0]);
    expect(outputs[1].output).toMatch(/Another set-up runs +process \d+/);
    expect(outputs[1].output.match(/done before/g)).toHaveLength(TITLES.length - 1);
    expect(machine.takeCalls().filter((call) => call.startsWith('npm ci'))).toHaveLength(1);
  });

  it('takes over a lock whose process id belongs to another program now', async () => {
    const machine = completeMachine();
    machine.write('.switchyard/lock', JSON.stringify({ pid: process.pid, started: 'long ago' }));
    const { code, output } = await machine.run(['setup']);
    expect(code).toBe(0);
    expect(output).not.toMatch(/Another set-up/);
  });

  it('tells the kernelspec where the library is', async () => {
    const machine = completeMachine();
    await machine.run(['setup']);
    const file = path.join(machine.root, '.venv/share/jupyter/kernels/switchyard/kernel.json');
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual({
      env: { SWITCHYARD_KERNEL_LIB: path.join(machine.root, 'kernel-lib') }
    });
  });
});

async function waitFor(holds: () => boolean): Promise<void> {
  for (let i = 0; !holds(); i++) {
    if (i > 400) {
      throw new Error('what was waited for did not come');
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
