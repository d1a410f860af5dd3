import { relative } from 'path';
import type * as ts from 'typescript';

/** A place in a text: all count from 0. */
export interface TextPosition {
  offset: number;
  line: number;
  character: number;
}

/** Diagnostic of TypeScript about a place. */
export interface Diagnostic {
  start: TextPosition;
  end: TextPosition;
  code: number;
  /** One message a line, the details behind the first. */
  messages: string[];
  /** The file, seen from the notebook's folder; absent where it is the cell. */
  fileName?: string;
}

/** Takes nodes as its third argument: those that are checked. */
type CheckNodes = (file: ts.SourceFile, token: undefined, nodes: readonly ts.Node[]) => readonly ts.Diagnostic[];

/** Finds what is wrong with a cell and with the user's files that it imports. */
export class CellDiagnostics {
  constructor(
    private readonly typescript: typeof ts,
    private readonly program: ts.Program,
    private readonly cwd: string
  ) {}

  /** @param start - Where the cell begins in the notebook's text `file`. */
  of(file: ts.SourceFile, start: number): Diagnostic[] {
    const statements = file.statements.filter((statement) => statement.end > start);
    const syntax = this.program.getSyntacticDiagnostics(file);
    const found = syntax.length > 0 ? syntax : this.semantic(file, statements);
    const own = found.filter((diagnostic) => (diagnostic.start ?? 0) >= start);
    return [...this.convert(own, file, start), ...this.inFiles(statements)];
  }

  /** Where `file` is the notebook's text, positions are those of the cell that begins at `start`. */
  convert(diagnostics: readonly ts.Diagnostic[], file: ts.SourceFile | null, start: number): Diagnostic[] {
    return diagnostics.flatMap((diagnostic) => {
      const { file: source, code, messageText } = diagnostic;
      if (source === undefined || diagnostic.category !== this.typescript.DiagnosticCategory.Error) {
        return [];
      }
      const text = source === file ? source.text.slice(start) : source.text;
      const from = (diagnostic.start ?? 0) - (source === file ? start : 0);
      const flat = this.typescript.flattenDiagnosticMessageText(messageText, '\n');
      return [
        {
          start: positionIn(text, from),
          end: positionIn(text, from + (diagnostic.length ?? 0)),
          code,
          messages: flat.split('\n').map((line) => line.trim()),
          ...(source === file ? {} : { fileName: relative(this.cwd, source.fileName) })
        }
      ];
    });
  }

  // What earlier cells declare has been checked with them.
  private semantic(file: ts.SourceFile, statements: readonly ts.Statement[]): readonly ts.Diagnostic[] {
    const check = this.program.getSemanticDiagnostics as unknown as CheckNodes;
    return check.length >= 3 ? check(file, undefined, statements) : this.program.getSemanticDiagnostics(file);
  }

  private inFiles(statements: readonly ts.Statement[]): Diagnostic[] {
    const files = new Set<ts.SourceFile>();
    statements.forEach((statement) => this.addImports(statement, files));
    return [...files].flatMap((file) => {
      const syntax = this.program.getSyntacticDiagnostics(file);
      return this.convert(syntax.length > 0 ? syntax : this.program.getSemanticDiagnostics(file), null, 0);
    });
  }

  private addImports(node: ts.Node, files: Set<ts.SourceFile>): void {
    const { typescript, program } = this;
    const specifier =
      typescript.isImportDeclaration(node) || typescript.isExportDeclaration(node)
        ? node.moduleSpecifier
        : typescript.isImportEqualsDeclaration(node) && typescript.isExternalModuleReference(node.moduleReference)
          ? node.moduleReference.expression
          : typescript.isCallExpression(node) && node.expression.kind === typescript.SyntaxKind.ImportKeyword
            ? node.arguments[0]
            : undefined;
    const symbol = specifier && program.getTypeChecker().getSymbolAtLocation(specifier);
    const file = symbol?.valueDeclaration?.getSourceFile();
    if (file !== undefined && isUsers(file) && !files.has(file)) {
      files.add(file);
      file.statements.forEach((statement) => this.addImports(statement, files));
    }
    if (specifier === undefined) {
      typescript.forEachChild(node, (child) => this.addImports(child, files));
    }
  }
}

function isUsers({ fileName, isDeclarationFile }: ts.SourceFile): boolean {
  return !isDeclarationFile && /\.[cm]?tsx?$/.test(fileName) && !fileName.includes('/node_modules/');
}

function positionIn(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { offset, line: before.split('\n').length - 1, character: offset - lineStart };
}
