import * as path from 'path';
import { fail } from '../../base/core';
import { LineProcess, pythons } from '../../base/io';

const PROGRAM = path.join(__dirname, '../../../python/studies.py');

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** The Python process that holds a study in Optuna's storage. */
export class PythonStudy {
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  private constructor(
    private readonly process: LineProcess,
    private readonly where: string
  ) {
    void process.ended.then((why) => {
      const error = new Error(`${where}: the Python process that holds the study is gone: ${why}`);
      this.waiting.forEach(({ reject }) => reject(error));
      this.waiting.clear();
    });
  }

  /**
   * Starts it in the first Python that has Optuna.
   *
   * @throws {SwitchyardError} where none has, with what each of them said.
   */
  static async start(where: string, python?: string): Promise<PythonStudy> {
    const complaints: string[] = [];
    for (const candidate of python === undefined ? pythons() : [python]) {
      const started = await this.tryToStart(candidate, where);
      if (started instanceof PythonStudy) {
        return started;
      }
      complaints.push(`${candidate}: ${started}`);
    }
    return fail(
      where,
      'a Python with optuna must be there (`npx switchyard setup` installs it)',
      complaints.join('; ')
    );
  }

  private static tryToStart(python: string, where: string): Promise<PythonStudy | string> {
    return new Promise((resolve) => {
      let study: PythonStudy | null = null;
      const started = new LineProcess(python, ['-I', '-X', 'utf8', PROGRAM], process.env, (message) => {
        if ('ready' in message) {
          study = new PythonStudy(started, where);
          resolve(study);
        } else {
          study?.answer(message);
        }
      });
      void started.ended.then(resolve);
    });
  }

  /**
   * Asks for something; requests are carried out in order.
   *
   * @throws {Error} with what Python said, or that it is gone.
   */
  ask<T>(method: string, parameters: object): Promise<T> {
    if (this.process.isOver) {
      return Promise.reject(new Error(`${this.where}: the Python process that holds the study is gone`));
    }
    const id = this.asked++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.process.send({ id, method, parameters });
    });
  }

  async close(): Promise<void> {
    this.process.close();
    await this.process.ended;
  }

  private answer({ id, result, error }: Record<string, unknown>): void {
    const waiting = this.waiting.get(id as number);
    this.waiting.delete(id as number);
    if (error !== undefined) {
      waiting?.reject(new Error(`${this.where}: the storage of the study said: ${String(error)}`));
    } else {
      waiting?.resolve(result);
    }
  }
}
