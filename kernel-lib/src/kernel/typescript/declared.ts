import type * as ts from 'typescript';

/** Meaning of a name; one declaration may give it several. */
export const enum Meaning {
  Value = 1,
  Type = 2,
  /** May be declared in parts, which are one. */
  Interface = 4
}

/** One place where a statement declares a name. */
export interface DeclaredName {
  name: string;
  meaning: Meaning;
  /** Where the name stands in the cell. */
  start: number;
  end: number;
  /** `{ name }`: what is taken and what is declared are written as one. */
  shorthand: ': ' | ' as ' | null;
  /** Nothing of it is left when the cell runs. */
  ambient: boolean;
  kind: 'lexical' | 'var' | 'function' | 'import' | 'type';
}

/** A top-level statement that declares something. */
export interface DeclaringStatement {
  start: number;
  end: number;
  names: DeclaredName[];
  /** `declare global`, `declare module 'x'`: what it declares has no name in the notebook. */
  outside: boolean;
  /** Parts that say nothing about types: what an annotated variable begins with, `export`. */
  silent: { start: number; end: number; instead: string }[];
  /** It is not a declaration itself: a loop or a block with a `var` in it. */
  nested: boolean;
}

/** The statements of a cell that declare names. */
export function declarationsOf(typescript: typeof ts, file: ts.SourceFile): DeclaringStatement[] {
  const found: DeclaringStatement[] = [];
  for (const node of file.statements) {
    const statement = declaring(typescript, file, node);
    if (statement.names.length > 0 || statement.outside) {
      found.push(statement);
    }
  }
  return found;
}

function declaring(typescript: typeof ts, file: ts.SourceFile, node: ts.Statement): DeclaringStatement {
  const statement: DeclaringStatement = {
    start: node.getStart(file),
    end: node.end,
    names: [],
    outside: false,
    silent: [],
    nested: false
  };
  const ambient = has(typescript, node, typescript.SyntaxKind.DeclareKeyword);
  const add = (
    id: ts.Identifier,
    meaning: Meaning,
    kind: DeclaredName['kind'],
    shorthand: DeclaredName['shorthand'] = null
  ) =>
    statement.names.push({ name: id.text, meaning, start: id.getStart(file), end: id.end, shorthand, ambient, kind });
  const bind = (name: ts.BindingName, kind: DeclaredName['kind']): void => {
    if (typescript.isIdentifier(name)) {
      add(name, Meaning.Value, kind);
      return;
    }
    for (const element of name.elements) {
      if (!typescript.isOmittedExpression(element)) {
        const { name: own, propertyName, dotDotDotToken } = element;
        const short =
          typescript.isObjectBindingPattern(name) && propertyName === undefined && dotDotDotToken === undefined;
        if (typescript.isIdentifier(own)) {
          add(own, Meaning.Value, kind, short ? ': ' : null);
        } else {
          bind(own, kind);
        }
      }
    }
  };

  if (typescript.isVariableStatement(node)) {
    variables(typescript, file, node, statement, bind);
  } else if (typescript.isFunctionDeclaration(node)) {
    if (node.name !== undefined) {
      add(node.name, Meaning.Value, 'function');
    }
  } else if (typescript.isClassDeclaration(node)) {
    if (node.name !== undefined) {
      add(node.name, Meaning.Value | Meaning.Type, 'lexical');
    }
  } else if (typescript.isEnumDeclaration(node)) {
    add(node.name, Meaning.Value | Meaning.Type, 'lexical');
  } else if (typescript.isInterfaceDeclaration(node)) {
    add(node.name, Meaning.Type | Meaning.Interface, 'type');
  } else if (typescript.isTypeAliasDeclaration(node)) {
    add(node.name, Meaning.Type, 'type');
  } else if (typescript.isModuleDeclaration(node)) {
    const global = (node.flags & typescript.NodeFlags.GlobalAugmentation) !== 0;
    if (global || !typescript.isIdentifier(node.name)) {
      statement.outside = true;
    } else {
      add(node.name, Meaning.Value | Meaning.Type, 'lexical');
    }
  } else if (typescript.isImportEqualsDeclaration(node)) {
    add(node.name, Meaning.Value | Meaning.Type, 'import');
  } else if (typescript.isImportDeclaration(node)) {
    importedNames(typescript, node).forEach(({ id, short }) =>
      add(id, Meaning.Value | Meaning.Type, 'import', short ? ' as ' : null)
    );
  } else {
    nestedVars(typescript, node).forEach((name) => bind(name, 'var'));
    statement.nested = true;
  }
  for (const modifier of typescript.canHaveModifiers(node) ? (typescript.getModifiers(node) ?? []) : []) {
    const { ExportKeyword, DefaultKeyword } = typescript.SyntaxKind;
    if (modifier.kind === ExportKeyword || modifier.kind === DefaultKeyword) {
      statement.silent.push({ start: modifier.getStart(file), end: modifier.end, instead: '' });
    }
  }
  return statement;
}

function variables(
  typescript: typeof ts,
  file: ts.SourceFile,
  node: ts.VariableStatement,
  statement: DeclaringStatement,
  bind: (name: ts.BindingName, kind: DeclaredName['kind']) => void
): void {
  const { declarationList } = node;
  const lexical = (declarationList.flags & typescript.NodeFlags.BlockScoped) !== 0;
  const constant = (declarationList.flags & typescript.NodeFlags.Const) !== 0;
  for (const declaration of declarationList.declarations) {
    bind(declaration.name, lexical ? 'lexical' : 'var');
    const { type, initializer } = declaration;
    if (initializer !== undefined && callsAtOnce(typescript, initializer)) {
      // TypeScript looks into a function that is called where it is written: one that throws would end the notebook.
      const start = initializer.getStart(file);
      statement.silent.push({ start, end: start, instead: '(0 as any) ? (' });
      statement.silent.push({ start: initializer.end, end: initializer.end, instead: ') : undefined' });
    }
    // A variable's annotation is its type, whatever it began with: else it would be taken to be that still.
    if (type !== undefined && initializer !== undefined && !constant) {
      statement.silent.push({ start: type.end, end: initializer.end, instead: '' });
    }
  }
}

/** The names that an import gives, and whether each stands alone in its braces. */
export function importedNames(
  typescript: typeof ts,
  { importClause }: ts.ImportDeclaration
): { id: ts.Identifier; short: boolean }[] {
  const names = importClause?.name === undefined ? [] : [{ id: importClause.name, short: false }];
  const bindings = importClause?.namedBindings;
  if (bindings === undefined) {
    return names;
  }
  return typescript.isNamespaceImport(bindings)
    ? [...names, { id: bindings.name, short: false }]
    : [...names, ...bindings.elements.map((e) => ({ id: e.name, short: e.propertyName === undefined }))];
}

/** Names that `var` declares inside other statements, functions apart. */
export function nestedVars(typescript: typeof ts, node: ts.Node): ts.BindingName[] {
  const found: ts.BindingName[] = [];
  const visit = (child: ts.Node): void => {
    if (typescript.isFunctionLike(child) || typescript.isClassLike(child)) {
      return;
    }
    if (typescript.isVariableDeclarationList(child) && (child.flags & typescript.NodeFlags.BlockScoped) === 0) {
      found.push(...child.declarations.map(({ name }) => name));
    }
    typescript.forEachChild(child, visit);
  };
  visit(node);
  return found;
}

function callsAtOnce(typescript: typeof ts, node: ts.Node): boolean {
  if (typescript.isFunctionLike(node)) {
    return false;
  }
  if (typescript.isCallExpression(node)) {
    let called: ts.Expression = node.expression;
    while (typescript.isParenthesizedExpression(called)) {
      called = called.expression;
    }
    if (typescript.isFunctionExpression(called) || typescript.isArrowFunction(called)) {
      return true;
    }
  }
  return typescript.forEachChild(node, (child) => callsAtOnce(typescript, child) || undefined) ?? false;
}

function has(typescript: typeof ts, node: ts.Node, kind: ts.SyntaxKind): boolean {
  return typescript.canHaveModifiers(node) && (typescript.getModifiers(node) ?? []).some((m) => m.kind === kind);
}
