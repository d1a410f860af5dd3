import type * as ts from '@tslab/typescript-for-tslab';
import type { Converter, ConvertResult } from 'tslab/dist/converter';
import { currentCell } from '../cells/cell';
import { diagnosticFailure } from '../errors/diagnostics';
import { scriptName } from '../errors/frames';
import type { Scripts } from '../errors/scripts';
import { takeOrigin } from './compiler';
import { reachedDeclarations } from './declarations';
import { hasTopLevelForAwait } from './topLevel';

/** What tslab's executor puts before the code of a cell. */
const WRAPPER = '(function(exports, require) { ';
const ASYNC_WRAPPER = '(async function(exports, require) { ';

/**
 * tslab's converter, with three differences: what TypeScript refuses becomes the failure of the cell, scripts have
 * names that stack traces show, and a cell that fails while it runs leaves what it had declared.
 */
export class CellConverter implements Converter {
  private declarations = '';
  private latest: ConvertResult | null = null;

  constructor(
    private readonly typescript: typeof ts,
    private readonly inner: Converter,
    private readonly scripts: Scripts
  ) {}

  convert(_declarations: string, code: string): ConvertResult {
    const cell = currentCell();
    const result = this.inner.convert(this.declarations, code);
    this.latest = result;
    for (const { path, data } of result.sideOutputs ?? []) {
      this.scripts.addFile(path, takeOrigin(data));
    }
    if (cell === null) {
      return result;
    }
    if (result.diagnostics.length > 0) {
      cell.failure = diagnosticFailure(result.diagnostics, code);
    } else if (result.output !== undefined) {
      result.hasToplevelAwait ||= hasTopLevelForAwait(this.typescript, code);
      const origin = takeOrigin(result.output);
      if (origin !== null) {
        this.scripts.addCell(cell, origin, (result.hasToplevelAwait ? ASYNC_WRAPPER : WRAPPER).length);
      }
      result.output += `\n//# sourceURL=${scriptName(cell.sequence)}`;
    }
    return result;
  }

  /** Takes over what the latest cell declared: all of it, or, where it failed, what it reached. */
  commit(failed: boolean, locals: Record<string, unknown>): void {
    const declared = this.latest?.declOutput;
    this.latest = null;
    if (declared !== undefined) {
      const reached = (name: string) => locals[name] !== undefined;
      this.declarations = failed ? reachedDeclarations(this.typescript, declared, reached) : declared;
    }
  }

  inspect(_declarations: string, code: string, position: number): ts.QuickInfo {
    return this.inner.inspect(this.declarations, code, position);
  }

  complete(_declarations: string, code: string, position: number): ReturnType<Converter['complete']> {
    return this.inner.complete(this.declarations, code, position);
  }

  addModule(...args: Parameters<Converter['addModule']>): ReturnType<Converter['addModule']> {
    return this.inner.addModule(...args);
  }

  close(): void {
    this.inner.close();
  }
}
