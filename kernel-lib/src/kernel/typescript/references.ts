import type * as ts from 'typescript';

/** A reference, and where in the notebook's text it is declared. */
export interface FoundReference {
  start: number;
  end: number;
  name: string;
  shorthand: ': ' | null;
  eager: boolean;
  at: number;
}

/**
 * Meanings of the names in a cell that the notebook's top level declares.
 *
 * @param start - Where the cell begins; positions of the result count from there.
 * @param known - The names that the top level declares.
 */
export function findReferences(
  typescript: typeof ts,
  checker: ts.TypeChecker,
  file: ts.SourceFile,
  start: number,
  known: ReadonlySet<string>
): { references: FoundReference[]; importedValues: Map<number, 'fixed' | 'changing'> } {
  const references: FoundReference[] = [];
  const importedValues = new Map<number, 'fixed' | 'changing'>();

  const visit = (node: ts.Node, eager: boolean): void => {
    if (typescript.isIdentifier(node)) {
      if (known.has(node.text)) {
        see(node, eager);
      }
      return;
    }
    const later = typescript.isFunctionLike(node) || typescript.isPropertyDeclaration(node);
    typescript.forEachChild(node, (child) => visit(child, eager && !later));
  };
  const see = (node: ts.Identifier, eager: boolean): void => {
    const { parent } = node;
    if (
      typescript.isImportSpecifier(parent) ||
      typescript.isImportClause(parent) ||
      typescript.isNamespaceImport(parent)
    ) {
      if (parent.name === node && isValue(typescript, checker, node)) {
        importedValues.set(node.getStart(file) - start, changes(typescript, checker, node) ? 'changing' : 'fixed');
      }
      return;
    }
    const short = typescript.isShorthandPropertyAssignment(parent) && parent.name === node;
    const symbol = short ? checker.getShorthandAssignmentValueSymbol(parent) : checker.getSymbolAtLocation(node);
    const declaration = symbol?.declarations?.find((d) => d.getSourceFile() === file && isTopLevel(typescript, d));
    const named = declaration && typescript.getNameOfDeclaration(declaration);
    if (named === node || declaration === undefined || (declaration as ts.NamedDeclaration).name === node) {
      return;
    }
    references.push({
      start: node.getStart(file) - start,
      end: node.end - start,
      name: node.text,
      shorthand: short ? ': ' : null,
      eager,
      at: declaration.getStart(file)
    });
  };
  file.statements.filter(({ end }) => end > start).forEach((statement) => visit(statement, true));
  return { references, importedValues };
}

function isValue(typescript: typeof ts, checker: ts.TypeChecker, name: ts.Identifier): boolean {
  if (typescript.isTypeOnlyImportOrExportDeclaration(name.parent)) {
    return false;
  }
  const symbol = checker.getSymbolAtLocation(name);
  if (symbol === undefined || (symbol.flags & typescript.SymbolFlags.Alias) === 0) {
    return true;
  }
  const { flags } = checker.getAliasedSymbol(symbol);
  // Of an untyped package nothing is known, and all is taken to be there.
  const { Value, Type, Namespace } = typescript.SymbolFlags;
  return (flags & Value) !== 0 || (flags & (Type | Namespace)) === 0;
}

/** True for a variable of the user's file, which that may set later. */
function changes(typescript: typeof ts, checker: ts.TypeChecker, name: ts.Identifier): boolean {
  const symbol = checker.getSymbolAtLocation(name);
  if (symbol === undefined || (symbol.flags & typescript.SymbolFlags.Alias) === 0) {
    return false;
  }
  return (checker.getAliasedSymbol(symbol).declarations ?? []).some(
    (declaration) =>
      typescript.isVariableDeclaration(declaration) &&
      !declaration.getSourceFile().isDeclarationFile &&
      (typescript.getCombinedNodeFlags(declaration) & typescript.NodeFlags.Const) === 0
  );
}

/** Declares a name of a scope, not a member of something. */
function declaresName(typescript: typeof ts, node: ts.Declaration): boolean {
  return (
    typescript.isVariableDeclaration(node) ||
    typescript.isBindingElement(node) ||
    typescript.isFunctionDeclaration(node) ||
    typescript.isClassDeclaration(node) ||
    typescript.isInterfaceDeclaration(node) ||
    typescript.isTypeAliasDeclaration(node) ||
    typescript.isEnumDeclaration(node) ||
    typescript.isModuleDeclaration(node) ||
    typescript.isImportSpecifier(node) ||
    typescript.isImportClause(node) ||
    typescript.isNamespaceImport(node) ||
    typescript.isImportEqualsDeclaration(node)
  );
}

/** True where a declaration belongs to the file itself, as what `var` declares in a loop does too. */
function isTopLevel(typescript: typeof ts, declaration: ts.Declaration): boolean {
  if (!declaresName(typescript, declaration)) {
    return false;
  }
  let block = false;
  let variables = false;
  for (let node = declaration.parent; !typescript.isSourceFile(node); node = node.parent) {
    if (typescript.isFunctionLike(node) || typescript.isClassLike(node) || typescript.isModuleBlock(node)) {
      return false;
    }
    if (typescript.isTypeAliasDeclaration(node) || typescript.isInterfaceDeclaration(node)) {
      return false;
    }
    if (typescript.isVariableDeclarationList(node)) {
      variables = (node.flags & typescript.NodeFlags.BlockScoped) === 0;
      block ||= !typescript.isVariableStatement(node.parent);
    }
    block ||= typescript.isBlock(node) || typescript.isCaseBlock(node) || typescript.isCatchClause(node);
  }
  return !block || variables;
}
