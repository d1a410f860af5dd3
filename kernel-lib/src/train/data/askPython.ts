import { execFile } from 'child_process';
import { fail } from '../../base/core';
import { pythons } from '../../base/io';

const MAX_ANSWER_BYTES = 64 * 2 ** 20;

/**
 * Runs a program in the machine's Python and reads the JSON that it prints.
 *
 * @throws {SwitchyardError} where no Python runs it, with what each of them said.
 */
export async function askPython<T>(program: string, python?: string): Promise<T> {
  const complaints: string[] = [];
  for (const candidate of python === undefined ? pythons() : [python]) {
    try {
      return JSON.parse(await execute(candidate, program)) as T;
    } catch (error) {
      complaints.push(`${candidate}: ${lastLine(error)}`);
    }
  }
  fail('data.text', 'needs a Python 3 (install python3, or name one with the option `python`)', complaints.join('; '));
}

function execute(python: string, program: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: MAX_ANSWER_BYTES, encoding: 'utf8' as const };
    execFile(python, ['-I', '-X', 'utf8', '-c', program], options, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(stderr.trim() === '' ? error.message : stderr.trim()))
    );
  });
}

function lastLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error)
    .split('\n')
    .at(-1)!;
}
