import type * as ts from 'typescript';
import { assignments, isVar, toAssignment } from './assignments';
import { importedNames, nestedVars } from './declared';
import { Rewriter } from './rewriter';

/** How a cell is made into a script. */
export interface ScriptOptions {
  /** Number of the run. */
  run: number;
  /** Positions of names that are written otherwise, and how. */
  renamed: ReadonlyMap<number, string>;
  /** Positions of imported names that are values, and whether their module may set them. */
  importedValues: ReadonlyMap<number, 'fixed' | 'changing'>;
  /** Where a name is bound already: as a property of the global object, or beside it; null where it is new. */
  boundAs(name: string): 'property' | 'lexical' | null;
}

/** Functions that the script needs, and facts that it tells. */
export interface ScriptParts {
  /** Modules that it imports, in order. */
  modules: string[];
  /** Names that it declares, by the step after which they are there. */
  steps: string[][];
  /** Names that it declares beside the global object. */
  lexical: string[];
}

/**
 * Makes a cell into a script for V8's REPL mode, where a name can be declared again and is then the same variable: imports become
 * variables, `const` becomes `let` (TypeScript has checked it), the last expression is handed over, and after each declaration the
 * kernel is told. Functions stay as they are written, but for `import()`.
 */
export function toScript(
  typescript: typeof ts,
  options: ScriptOptions,
  parts: ScriptParts
): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => new ScriptMaker(typescript, context, file, options, parts).make();
}

class ScriptMaker {
  private readonly factory: ts.NodeFactory;
  private readonly inner: Rewriter;
  /** Functions whose name is bound as a variable: they are there before the first statement all the same. */
  private readonly hoisted: ts.Statement[] = [];

  constructor(
    private readonly typescript: typeof ts,
    private readonly context: ts.TransformationContext,
    private readonly file: ts.SourceFile,
    private readonly options: ScriptOptions,
    private readonly parts: ScriptParts
  ) {
    this.factory = typescript.factory;
    this.inner = new Rewriter(typescript, context, file, options.run, options.renamed);
  }

  make(): ts.SourceFile {
    const { factory, file } = this;
    const last = this.lastExpression();
    const statements = file.statements.flatMap((statement) =>
      last !== null && statement === last ? this.value(last) : this.statement(statement)
    );
    return factory.updateSourceFile(
      file,
      this.typescript.setTextRange(
        factory.createNodeArray([this.began(), ...this.hoisted, ...statements]),
        file.statements
      )
    );
  }

  /** The expression whose value the cell has: behind it are only types. */
  private lastExpression(): ts.ExpressionStatement | null {
    const { typescript, file } = this;
    for (const statement of [...file.statements].reverse()) {
      if (typescript.isExpressionStatement(statement)) {
        return statement;
      }
      const silent =
        typescript.isInterfaceDeclaration(statement) ||
        typescript.isTypeAliasDeclaration(statement) ||
        typescript.isEmptyStatement(statement) ||
        (typescript.isExportDeclaration(statement) && statement.moduleSpecifier === undefined);
      if (!silent) {
        return null;
      }
    }
    return null;
  }

  private value(statement: ts.ExpressionStatement): ts.Statement[] {
    const { factory } = this;
    const target = factory.createPropertyAccessExpression(this.inner.run(), 'value');
    const expression = this.inner.own(statement.expression);
    return [this.inner.at(factory.createExpressionStatement(factory.createAssignment(target, expression)), statement)];
  }

  private statement(node: ts.Statement): ts.Statement[] {
    const { typescript, factory } = this;
    if (this.isAmbient(node)) {
      return [];
    }
    if (typescript.isImportDeclaration(node)) {
      return this.import(node);
    }
    if (typescript.isImportEqualsDeclaration(node)) {
      return this.importEquals(node);
    }
    if (typescript.isExportDeclaration(node)) {
      if (node.moduleSpecifier !== undefined && !node.isTypeOnly) {
        this.module(node.moduleSpecifier);
      }
      return [];
    }
    if (typescript.isExportAssignment(node)) {
      return [this.inner.at(factory.createExpressionStatement(this.inner.own(node.expression)), node)];
    }
    if (typescript.isVariableStatement(node)) {
      return this.variables(node);
    }
    if (typescript.isFunctionDeclaration(node)) {
      return this.functionDeclaration(node);
    }
    if (typescript.isClassDeclaration(node)) {
      return this.classDeclaration(node);
    }
    if (typescript.isEnumDeclaration(node) || typescript.isModuleDeclaration(node)) {
      return this.wrapped(node);
    }
    return [this.nested(node)];
  }

  // Imports are loaded before the cell runs, and bound where they stand.
  private import(node: ts.ImportDeclaration): ts.Statement[] {
    const { typescript, factory, options } = this;
    const { importClause } = node;
    const isValue = (id: ts.Identifier) => options.importedValues.has(id.getStart(this.file));
    const bound = importedNames(typescript, node).filter(({ id }) => isValue(id));
    const bindings = importClause?.namedBindings;
    if (importClause !== undefined && bound.length === 0) {
      return [];
    }
    const module = this.module(node.moduleSpecifier);
    return bound.flatMap(({ id }) => {
      const element =
        bindings !== undefined && typescript.isNamedImports(bindings)
          ? bindings.elements.find(({ name }) => name === id)
          : undefined;
      const star = bindings !== undefined && typescript.isNamespaceImport(bindings) && bindings.name === id;
      const name = element === undefined ? (star ? '*' : 'default') : (element.propertyName ?? element.name).text;
      const call = (method: string, ...args: ts.Expression[]) =>
        factory.createCallExpression(factory.createPropertyAccessExpression(this.inner.run(), method), undefined, args);
      const from = [factory.createNumericLiteral(module), factory.createStringLiteral(name)];
      const own = this.inner.renamedText(id);
      if (options.importedValues.get(id.getStart(this.file)) === 'changing' && options.boundAs(own) === null) {
        // What the module sets is seen; where the name is a variable of the notebook already, it gets the value of now.
        const bound = call('follow', factory.createStringLiteral(own), ...from);
        return [this.inner.at(factory.createExpressionStatement(bound), node), this.step([own])];
      }
      return this.bind(id, call('imported', ...from), node);
    });
  }

  private importEquals(node: ts.ImportEqualsDeclaration): ts.Statement[] {
    const { typescript, factory } = this;
    if (node.isTypeOnly) {
      return [];
    }
    const { moduleReference } = node;
    if (typescript.isExternalModuleReference(moduleReference)) {
      const require = factory.createCallExpression(factory.createIdentifier('require'), undefined, [
        moduleReference.expression
      ]);
      return this.bind(node.name, require, node);
    }
    return this.bind(node.name, this.entity(moduleReference), node);
  }

  private entity(name: ts.EntityName): ts.Expression {
    return this.typescript.isIdentifier(name)
      ? (this.inner.deep(name) as ts.Identifier)
      : this.factory.createPropertyAccessExpression(this.entity(name.left), name.right);
  }

  private variables(node: ts.VariableStatement): ts.Statement[] {
    const { typescript, factory } = this;
    const { declarationList } = node;
    const { flags } = declarationList;
    if ((flags & typescript.NodeFlags.BlockScoped) === 0) {
      return this.vars(node);
    }
    const [using, awaitUsing]: number[] = [typescript.NodeFlags.Using, typescript.NodeFlags.AwaitUsing];
    const kind: number = flags & typescript.NodeFlags.BlockScoped;
    const isAwaitUsing = kind === awaitUsing;
    const isUsing = isAwaitUsing || kind === using;
    return declarationList.declarations.flatMap((declaration) => {
      const names = this.inner.namesIn(declaration.name);
      const pattern = this.inner.own(declaration.name);
      let initializer = declaration.initializer && this.inner.own(declaration.initializer);
      if (isUsing && initializer !== undefined) {
        const keep = factory.createPropertyAccessExpression(this.inner.run(), isAwaitUsing ? 'useAsync' : 'use');
        initializer = factory.createCallExpression(keep, undefined, [initializer]);
      }
      return [this.assignOrDeclare(pattern, names, initializer, declaration), this.step(names)];
    });
  }

  private vars(node: ts.VariableStatement): ts.Statement[] {
    const { typescript, factory } = this;
    return node.declarationList.declarations.flatMap((declaration) => {
      const names = this.inner.namesIn(declaration.name);
      const pattern = this.inner.own(declaration.name);
      const initializer = declaration.initializer && this.inner.own(declaration.initializer);
      if (names.some((name) => this.options.boundAs(name) === 'lexical')) {
        return [this.assignOrDeclare(pattern, names, initializer, declaration), this.step(names)];
      }
      const list = factory.createVariableDeclarationList([
        this.inner.at(factory.createVariableDeclaration(pattern, undefined, undefined, initializer), declaration)
      ]);
      return [typescript.setTextRange(factory.createVariableStatement(undefined, list), declaration), this.step(names)];
    });
  }

  /** `let`, or an assignment where V8 has the name as a property of the global object and would refuse to declare it beside. */
  private assignOrDeclare(
    pattern: ts.BindingName,
    names: string[],
    initializer: ts.Expression | undefined,
    node: ts.Node
  ): ts.Statement {
    const { typescript, factory } = this;
    const taken = names.filter((name) => this.options.boundAs(name) === 'property');
    if (taken.length === 0) {
      this.parts.lexical.push(...names);
      const list = factory.createVariableDeclarationList(
        [this.inner.at(factory.createVariableDeclaration(pattern, undefined, undefined, initializer), node)],
        typescript.NodeFlags.Let
      );
      return this.inner.at(factory.createVariableStatement(undefined, list), node);
    }
    // Of a pattern some names may be new.
    const fresh = names.filter((name) => this.options.boundAs(name) === null);
    fresh.forEach((name) => this.hoisted.push(this.declareFirst(name)));
    const target = toAssignment(typescript, pattern);
    const assignment = factory.createAssignment(target, initializer ?? factory.createVoidZero());
    const whole = typescript.isIdentifier(pattern) ? assignment : factory.createParenthesizedExpression(assignment);
    return this.inner.at(factory.createExpressionStatement(whole), node);
  }

  private declareFirst(name: string): ts.Statement {
    const { typescript, factory } = this;
    this.parts.lexical.push(name);
    return factory.createVariableStatement(
      undefined,
      factory.createVariableDeclarationList([factory.createVariableDeclaration(name)], typescript.NodeFlags.Let)
    );
  }

  /** A name with a value, as `let name = value` does. */
  private bind(id: ts.Identifier, value: ts.Expression, node: ts.Node): ts.Statement[] {
    const name = this.inner.renamedText(id);
    const pattern = this.factory.createIdentifier(name);
    return [this.assignOrDeclare(pattern, [name], value, node), this.step([name])];
  }

  private functionDeclaration(node: ts.FunctionDeclaration): ts.Statement[] {
    const { typescript, factory } = this;
    const kept = node.modifiers?.filter((m) => m.kind === typescript.SyntaxKind.AsyncKeyword);
    if (node.body === undefined || node.name === undefined) {
      return [];
    }
    const name = factory.createIdentifier(this.inner.renamedText(node.name));
    const { asteriskToken, typeParameters, type } = node;
    const parameters = typescript.visitNodes(node.parameters, (p) => this.inner.deep(p), typescript.isParameter);
    const body = this.inner.deep(node.body) as ts.Block;
    if (this.options.boundAs(name.text) !== 'lexical' && name.text === node.name.text) {
      return [
        factory.updateFunctionDeclaration(node, kept, asteriskToken, name, typeParameters, parameters, type, body)
      ];
    }
    const expression = factory.createFunctionExpression(
      kept as ts.Modifier[] | undefined,
      asteriskToken,
      node.name.text,
      typeParameters,
      parameters,
      type,
      body
    );
    this.hoisted.push(this.assignOrDeclare(name, [name.text], this.inner.at(expression, node), node));
    return [];
  }

  private classDeclaration(node: ts.ClassDeclaration): ts.Statement[] {
    const { typescript, factory } = this;
    const visited = this.inner.deep(node) as ts.ClassDeclaration;
    const { ExportKeyword, DefaultKeyword } = typescript.SyntaxKind;
    const modifiers = visited.modifiers?.filter(({ kind }) => kind !== ExportKeyword && kind !== DefaultKeyword);
    const { typeParameters, heritageClauses, members } = visited;
    if (node.name === undefined) {
      return [];
    }
    const name = this.inner.renamedText(node.name);
    const own = factory.createIdentifier(node.name.text);
    const declaration = factory.updateClassDeclaration(
      visited,
      modifiers,
      own,
      typeParameters,
      heritageClauses,
      members
    );
    if (this.options.boundAs(name) !== 'property' && name === node.name.text) {
      this.parts.lexical.push(name);
      return [declaration, this.step([name])];
    }
    return [
      this.assignOrDeclare(factory.createIdentifier(name), [name], this.made([declaration], own.text), node),
      this.step([name])
    ];
  }

  /** Enumerations and namespaces: a new object each time, unless another declaration of the cell has made it. */
  private wrapped(node: ts.EnumDeclaration | ts.ModuleDeclaration): ts.Statement[] {
    const { typescript, factory, file } = this;
    if (!typescript.isIdentifier(node.name)) {
      return [];
    }
    const name = this.inner.renamedText(node.name);
    const { text } = node.name;
    const parts = file.statements.filter(
      (other): other is ts.EnumDeclaration | ts.ModuleDeclaration | ts.ClassDeclaration | ts.FunctionDeclaration =>
        (typescript.isEnumDeclaration(other) ||
          typescript.isModuleDeclaration(other) ||
          typescript.isClassDeclaration(other) ||
          typescript.isFunctionDeclaration(other)) &&
        other.name !== undefined &&
        other.name.text === text
    );
    const plain = (part: (typeof parts)[number]) =>
      withoutExport(typescript, this.inner.deep(part) as ts.EnumDeclaration | ts.ModuleDeclaration, name);
    if (!parts.every((part) => typescript.isEnumDeclaration(part) || typescript.isModuleDeclaration(part))) {
      return [plain(node)];
    }
    if (parts[0] !== node || !parts.some((part) => this.hasValues(part))) {
      return [];
    }
    const made = this.made(parts.map(plain), name);
    return [this.assignOrDeclare(factory.createIdentifier(name), [name], made, node), this.step([name])];
  }

  /** False for a namespace of types, of which nothing is left. */
  private hasValues(node: ts.Node): boolean {
    const { typescript } = this;
    if (!typescript.isModuleDeclaration(node)) {
      return true;
    }
    const body: ts.Node | undefined = node.body;
    if (body === undefined || !typescript.isModuleBlock(body)) {
      return body !== undefined && this.hasValues(body);
    }
    return body.statements.some((statement) => !this.isAmbient(statement) && this.hasValues(statement));
  }

  /** `(() => { declarations; return name; })()`. */
  private made(declarations: ts.Statement[], name: string): ts.Expression {
    const { factory } = this;
    const give = factory.createReturnStatement(factory.createIdentifier(name));
    const body = factory.createBlock([...declarations, give], true);
    const arrow = factory.createArrowFunction(undefined, undefined, [], undefined, undefined, body);
    return factory.createCallExpression(factory.createParenthesizedExpression(arrow), undefined, []);
  }

  /** Another statement; a `var` in it whose name is bound as a variable assigns to that. */
  private nested(node: ts.Statement): ts.Statement {
    const { typescript, factory, context } = this;
    const names = nestedVars(typescript, node).flatMap((name) => this.inner.namesIn(name));
    const own = this.inner.own(node);
    if (!names.some((name) => this.options.boundAs(name) === 'lexical')) {
      return own;
    }
    const visit = (child: ts.Node): ts.Node => {
      if (typescript.isFunctionLike(child) || typescript.isClassLike(child)) {
        return child;
      }
      if (typescript.isVariableStatement(child) && isVar(typescript, child.declarationList)) {
        return factory.createExpressionStatement(
          assignments(typescript, child.declarationList) ?? factory.createVoidZero()
        );
      }
      if (typescript.isVariableDeclarationList(child) && isVar(typescript, child)) {
        // `for (var i = 0; ...)`, `for (var x of y)`.
        return assignments(typescript, child) ?? toAssignment(typescript, child.declarations[0].name);
      }
      return typescript.visitEachChild(child, visit, context);
    };
    return visit(own) as ts.Statement;
  }

  /** Index of the module that `specifier` names among those to load. */
  private module(specifier: ts.Expression): number {
    const { modules } = this.parts;
    const { text } = specifier as ts.StringLiteral;
    const at = modules.indexOf(text);
    return at >= 0 ? at : modules.push(text) - 1;
  }

  private step(names: string[]): ts.Statement {
    return this.tell(this.factory.createNumericLiteral(this.parts.steps.push(names) - 1));
  }

  private began(): ts.Statement {
    const { factory, typescript } = this;
    const one = factory.createNumericLiteral(1);
    return this.tell(factory.createPrefixUnaryExpression(typescript.SyntaxKind.MinusToken, one));
  }

  private tell(step: ts.Expression): ts.Statement {
    const { factory } = this;
    const target = factory.createPropertyAccessExpression(this.inner.run(), 'step');
    return factory.createExpressionStatement(factory.createAssignment(target, step));
  }

  private isAmbient(node: ts.Statement): boolean {
    const { typescript } = this;
    const declared =
      typescript.canHaveModifiers(node) &&
      (typescript.getModifiers(node) ?? []).some(({ kind }) => kind === typescript.SyntaxKind.DeclareKeyword);
    return declared || typescript.isInterfaceDeclaration(node) || typescript.isTypeAliasDeclaration(node);
  }
}

function withoutExport(
  typescript: typeof ts,
  node: ts.EnumDeclaration | ts.ModuleDeclaration,
  name: string
): ts.EnumDeclaration | ts.ModuleDeclaration {
  const { factory } = typescript;
  const modifiers = node.modifiers?.filter(({ kind }) => kind !== typescript.SyntaxKind.ExportKeyword);
  const id = factory.createIdentifier(name);
  return typescript.isEnumDeclaration(node)
    ? factory.updateEnumDeclaration(node, modifiers, id, node.members)
    : factory.updateModuleDeclaration(node, modifiers, id, node.body);
}
