import { toBundle } from '../../base/core/mimeBundle';
import { shared } from '../../base/core/host';
import type { Content, Request } from '../wire/message';
import { checkForms } from '../wire/sealed';
import { Cell } from './cell';
import type { Runner } from './runner';

/** The values that the client asks for together with a cell, by the names it gives them. */
export async function evaluateExpressions(
  request: Request,
  runner: Runner,
  sequence: () => number,
  interruption: Promise<never>
): Promise<Content> {
  const expressions = Object.entries((request.content.user_expressions ?? {}) as Record<string, string>);
  const values: Content = {};
  for (const [name, code] of expressions) {
    const quiet = { ...request, content: { code, silent: true } };
    const cell = new Cell(quiet, sequence(), () => undefined);
    await runner.run(cell);
    values[name] =
      cell.failure === null ? await form(cell, runner, interruption) : { status: 'error', ...cell.failure };
  }
  return values;
}

async function form(cell: Cell, runner: Runner, interruption: Promise<never>): Promise<Content> {
  try {
    const bundle = await Promise.race([toBundle(cell.result?.value, shared().showData), interruption]);
    checkForms(bundle.data);
    return { status: 'ok', ...bundle };
  } catch (error) {
    return { status: 'error', ...runner.failure(error) };
  }
}
