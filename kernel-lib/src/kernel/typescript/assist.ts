import type * as ts from '@tslab/typescript-for-tslab';
import type { Executor } from 'tslab/dist/executor';
import { tslabRequire } from '../tslab';
import type { Content } from '../wire/message';

/** Answers what an editor asks about code: completion, inspection, completeness. */
export class Assistant {
  private readonly isCompleteCode = (tslabRequire('tslab/dist/converter') as typeof import('tslab/dist/converter'))
    .isCompleteCode;
  private readonly printQuickInfo = (tslabRequire('tslab/dist/inspect') as typeof import('tslab/dist/inspect'))
    .printQuickInfo;

  constructor(
    private readonly typescript: typeof ts,
    private readonly executor: Executor
  ) {}

  complete(request: Content): Content {
    const code = String(request.code);
    const { start, end, candidates, original } = this.executor.complete(code, toUnits(code, request.cursor_pos));
    const kinds = new Map(original?.entries.map(({ name, kind }) => [name, kind]));
    const types = candidates.map((text) => ({ text, type: kinds.get(text) ?? '<unknown>', start, end }));
    return {
      status: 'ok',
      matches: candidates,
      cursor_start: toPoints(code, start),
      cursor_end: toPoints(code, end),
      metadata: { _jupyter_types_experimental: types }
    };
  }

  inspect(request: Content): Content {
    const code = String(request.code);
    const at = toUnits(code, request.cursor_pos);
    // At the end of a name the name is meant.
    const info = this.executor.inspect(code, at) ?? (at > 0 ? this.executor.inspect(code, at - 1) : undefined);
    const data = info ? { 'text/plain': this.printQuickInfo(info) } : {};
    return { status: 'ok', found: Boolean(info), data, metadata: {} };
  }

  isComplete(request: Content): Content {
    const code = String(request.code);
    const { completed, indent } = this.isCompleteCode(code);
    if (!completed) {
      return { status: 'incomplete', indent: indent ?? '' };
    }
    const { ScriptTarget, createSourceFile } = this.typescript;
    const file = createSourceFile('cell.ts', code, ScriptTarget.Latest) as ts.SourceFile & {
      parseDiagnostics: readonly ts.Diagnostic[];
    };
    return { status: file.parseDiagnostics.length > 0 ? 'invalid' : 'complete' };
  }
}

// Jupyter counts characters, JavaScript UTF-16 units.
function toUnits(code: string, position: unknown): number {
  return typeof position === 'number' ? [...code].slice(0, position).join('').length : code.length;
}

function toPoints(code: string, units: number): number {
  return [...code.slice(0, units)].length;
}
