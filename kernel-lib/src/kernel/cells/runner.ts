import type * as ts from '@tslab/typescript-for-tslab';
import { formatWithOptions } from 'util';
import type { Converter } from 'tslab/dist/converter';
import type { Executor } from 'tslab/dist/executor';
import { errorFailure } from '../errors/traceback';
import { Scripts } from '../errors/scripts';
import { tslabRequire } from '../tslab';
import { CellConverter } from '../typescript/converter';
import { currentCell, runInCell, type Cell } from './cell';
import { Interrupted, isInterrupt } from './interrupted';

type CreateConverter = (options: { isJS: boolean; isBrowser: boolean }) => Converter;
type CreateExecutor = typeof import('tslab/dist/executor').createExecutor;

/** Runs cells with tslab's converter and executor. */
export class Runner {
  private readonly scripts = new Scripts();
  private readonly converter: CellConverter;
  readonly executor: Executor;

  constructor(typescript: typeof ts) {
    const { createConverter } = tslabRequire('tslab/dist/converter') as { createConverter: CreateConverter };
    const { createExecutor } = tslabRequire('tslab/dist/executor') as { createExecutor: CreateExecutor };
    this.converter = new CellConverter(typescript, createConverter({ isJS: false, isBrowser: false }), this.scripts);
    let browser: Converter | null = null;
    const converters = {
      node: this.converter,
      get browser(): Converter {
        return (browser ??= createConverter({ isJS: false, isBrowser: true }));
      },
      close: () => undefined
    };
    this.executor = createExecutor(process.cwd(), converters, {
      // The executor logs the value of the last expression, and nothing else.
      log: (value: unknown) => {
        const cell = currentCell();
        if (cell !== null) {
          cell.result = { value };
        }
      },
      error: (first: unknown, ...rest: unknown[]) => this.executorError(first, rest)
    });
  }

  /** Runs `cell` to its end; its result or failure is then in it. */
  async run(cell: Cell): Promise<void> {
    try {
      await runInCell(cell, () => Promise.race([this.executor.execute(cell.code), cell.interruption]));
      if (cell.interrupted && cell.failure === null) {
        throw new Interrupted();
      }
    } catch (error) {
      // The failure of code that an interrupt ended is the interrupt.
      if (cell.failure === null || isInterrupt(error)) {
        cell.failure = errorFailure(error, this.scripts);
      }
      this.executor.interrupt();
    }
    this.converter.commit(cell.failure !== null, this.executor.locals);
  }

  /** The failure that `error` means. */
  failure(error: unknown): ReturnType<typeof errorFailure> {
    return errorFailure(error, this.scripts);
  }

  // The executor reports a thrown error as one value, and a diagnostic of a module cell as a format with its values.
  private executorError(first: unknown, rest: unknown[]): void {
    const cell = currentCell();
    if (rest.length > 0) {
      if (cell?.failure === null) {
        process.stderr.write(`${formatWithOptions({}, first, ...rest)}\n`);
      }
    } else if (cell !== null) {
      cell.failure ??= errorFailure(first, this.scripts);
    }
  }
}
