import { join } from 'path';
import type * as ts from 'typescript';
import { diagnosticFailure } from '../errors/diagnostics';
import { scriptName } from '../errors/frames';
import { Scripts } from '../errors/scripts';
import { errorFailure } from '../errors/traceback';
import { Modules } from '../modules/modules';
import { UserFiles } from '../modules/userFiles';
import { cellMetadata } from '../typescript/cellMetadata';
import { Compiler, type Script } from '../typescript/compiler';
import { Notebook } from '../typescript/notebook';
import { RUN } from '../typescript/rewriter';
import { runInCell, type Cell } from './cell';
import { freezeInterrupted } from './frozen';
import { Interrupted, isInterrupt } from './interrupted';
import { Repl } from './repl';
import { ENDED, Run } from './run';

/** Checks cells, and runs them in V8's REPL mode. */
export class Runner {
  readonly notebook: Notebook;
  readonly scripts = new Scripts();
  private readonly compiler: Compiler;
  private readonly modules: Modules;
  private readonly files: UserFiles;
  private readonly repl = new Repl();
  /** Runs that have not ended, by number. */
  private readonly runs = new Map<number, Run>();

  constructor(
    typescript: typeof ts,
    private readonly cwd: string,
    /** Does what an interrupt must not end in the middle: TypeScript would keep a state that is half made. */
    private readonly undivided: <T>(body: () => T) => T
  ) {
    this.notebook = new Notebook(typescript, cwd);
    this.compiler = new Compiler(typescript, this.notebook);
    this.files = new UserFiles(typescript, this.scripts);
    this.modules = new Modules(cwd);
    this.install();
  }

  /** Runs `cell` to its end; its result or failure is then in it. */
  async run(cell: Cell): Promise<void> {
    try {
      await runInCell(cell, () => Promise.race([this.execute(cell), cell.interruption]));
      if (cell.interrupted && cell.failure === null) {
        throw new Interrupted();
      }
    } catch (error) {
      // The failure of code that an interrupt ended is the interrupt.
      if (cell.failure === null || isInterrupt(error)) {
        cell.failure = errorFailure(error, this.scripts);
      }
    }
    if (cell.interrupted) {
      this.repl.renew();
      freezeInterrupted((script) => this.scripts.has(script));
    }
  }

  /** The failure that `error` means. */
  failure(error: unknown): ReturnType<typeof errorFailure> {
    return errorFailure(error, this.scripts);
  }

  private async execute(cell: Cell): Promise<void> {
    const { module, jsx, browser } = cellMetadata(cell.code);
    if (module !== null) {
      this.undivided(() => this.addModule(cell, join(this.cwd, `${module}.${jsx ? 'tsx' : 'ts'}`)));
    } else if (!browser) {
      const compiled = this.undivided(() => {
        this.files.refresh();
        return this.compiler.compile(cell.code, cell.sequence);
      });
      if ('diagnostics' in compiled) {
        cell.failure = diagnosticFailure(compiled.diagnostics, cell.code);
      } else {
        await this.evaluate(cell, compiled.script);
      }
    }
  }

  private async evaluate(cell: Cell, script: Script): Promise<void> {
    const { sequence } = cell;
    const loaded: unknown[] = [];
    for (const specifier of script.modules) {
      loaded.push(await this.modules.load(specifier));
    }
    if (cell.interrupted) {
      throw new Interrupted();
    }
    const run = new Run(cell, this.modules, loaded);
    this.runs.set(sequence, run);
    this.scripts.addCell(cell, script.origin);
    try {
      const code = `${script.code}\nvoid 0;\n//# sourceURL=${scriptName(sequence)}`;
      const outcome = await Promise.race([this.repl.evaluate(code), cell.interruption]);
      if (outcome !== null) {
        throw outcome.thrown as Error;
      }
      await run.end();
      this.commit(script, () => true);
    } catch (error) {
      if (run.step !== null) {
        const done = new Set(script.steps.slice(0, run.step + 1).flat());
        const steps = new Set(script.steps.flat());
        this.commit(script, (name) => done.has(name) || !steps.has(name));
      }
      throw error;
    } finally {
      this.runs.delete(sequence);
    }
  }

  /** Takes over what a cell declared: of one that failed, what it reached. */
  private commit({ cell, lexical, renamed }: Script, reached: (name: string) => boolean): void {
    this.compiler.globals.declared(lexical);
    this.notebook.earlier.add(cell, (name) => reached(renamed.get(name) ?? name));
  }

  private addModule(cell: Cell, path: string): void {
    const diagnostics = this.notebook.checkFile(path, cell.code);
    if (diagnostics.length > 0) {
      cell.failure = diagnosticFailure(diagnostics, cell.code);
    } else {
      this.files.addModule(path, cell.code);
    }
  }

  private install(): void {
    const define = (name: string, value: unknown) =>
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
    const find = (sequence: number) => this.runs.get(sequence) ?? ENDED;
    define(RUN, Object.assign(find, { meta: metaOf(this.cwd) }));
    define('require', this.modules.require);
    define('module', { exports: {} });
    define('exports', {});
  }
}

/** `import.meta` of a cell: of a file in the notebook's folder. */
function metaOf(cwd: string): ImportMetaLike {
  const filename = join(cwd, 'notebook.ts');
  return { url: `file://${filename}`, filename, dirname: cwd };
}

interface ImportMetaLike {
  url: string;
  filename: string;
  dirname: string;
}
