import type * as ts from '@tslab/typescript-for-tslab';
import { quoteBindingNames } from './bindingNames';
import { expandShorthands } from './shorthands';

type Builder = ts.EmitAndSemanticDiagnosticsBuilderProgram;
/** TypeScript's internal record of where each import of a file leads. */
type WithResolutions = ts.SourceFile & {
  resolvedModules?: { forEach(visit: (resolution: { resolvedModule?: ts.ResolvedModuleFull }) => void): void };
};

/** tslab's file of what earlier cells declared. */
const EARLIER_CELLS = '__prev__.d.ts';

/**
 * Makes the program of a watch without the bookkeeping of incremental builds, which costs most of the time where a cell
 * imports a large library. tslab needs of it only which sources a cell is made of.
 *
 * @param cell - Whether this file is the text of a cell.
 */
export function lightProgram(typescript: typeof ts, cell: (file: string) => boolean): ts.CreateProgram<Builder> {
  return (...args) => {
    const builder = typescript.createAbstractBuilder(...args) as unknown as Builder;
    const program = builder.getProgram();
    // tslab reads the names that a cell declares before it asks for types.
    const files = program.getSourceFiles().filter(({ fileName }) => cell(fileName));
    files.forEach((file) => bind(typescript, file, program.getCompilerOptions()));
    builder.getAllDependencies = (file) => sourcesBehind(program, file);
    const shorthands = expandShorthands(typescript, program.getTypeChecker(), (name) => name.endsWith(EARLIER_CELLS));
    const names = quoteBindingNames(typescript);
    const { emit } = builder;
    builder.emit = (file, write, token, declarationsOnly, own = {}) =>
      emit(file, write, token, declarationsOnly, { ...own, before: [shorthands, names, ...(own.before ?? [])] });
    return builder;
  };
}

function bind(typescript: typeof ts, file: ts.SourceFile, options: ts.CompilerOptions): void {
  (typescript as unknown as { bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void }).bindSourceFile(
    file,
    options
  );
}

/** `file` and all that it imports, directly or not; what declaration files import is left out. */
function sourcesBehind(program: ts.Program, file: ts.SourceFile): string[] {
  const found = new Set<string>();
  const visit = (source: WithResolutions | undefined) => {
    if (source === undefined || found.has(source.fileName)) {
      return;
    }
    found.add(source.fileName);
    if (!source.isDeclarationFile) {
      source.resolvedModules?.forEach(({ resolvedModule }) => {
        if (resolvedModule !== undefined && !resolvedModule.isExternalLibraryImport) {
          visit(program.getSourceFile(resolvedModule.resolvedFileName));
        }
      });
    }
  };
  visit(file);
  return [...found];
}
