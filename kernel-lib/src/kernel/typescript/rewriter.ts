import type * as ts from 'typescript';
import { dynamicImport, isDynamicImport } from './dynamicImports';

/** Name of the global function through which a cell's own statements speak with the kernel. */
export const RUN = '__switchyard';

/** Writes what is inside a cell's statements as its script has it. */
export class Rewriter {
  private readonly factory: ts.NodeFactory;

  /**
   * @param run - Number of the run.
   * @param renamed - Positions of names that are written otherwise, and how.
   */
  constructor(
    private readonly typescript: typeof ts,
    private readonly context: ts.TransformationContext,
    private readonly file: ts.SourceFile,
    private readonly number: number,
    private readonly renamed: ReadonlyMap<number, string>
  ) {
    this.factory = typescript.factory;
  }

  /** A node of the cell's own level: its awaits look whether the cell was interrupted. */
  own<T extends ts.Node>(node: T): T {
    const { typescript, factory, context } = this;
    const visit = (child: ts.Node): ts.Node => {
      if (typescript.isFunctionLike(child) || typescript.isClassLike(child)) {
        return this.deep(child);
      }
      const special = this.special(child, visit);
      if (special !== null) {
        return special;
      }
      const visited = typescript.visitEachChild(child, visit, context);
      if (typescript.isAwaitExpression(visited)) {
        return this.at(this.call('awaited', visited), child);
      }
      if (typescript.isForOfStatement(visited) && visited.awaitModifier !== undefined) {
        const check = factory.createExpressionStatement(this.call('awaited'));
        const body = factory.createBlock([check, visited.statement], true);
        const { awaitModifier, initializer, expression } = visited;
        return factory.updateForOfStatement(visited, awaitModifier, initializer, expression, body);
      }
      return visited;
    };
    return visit(node) as T;
  }

  /** A node inside functions: only what V8 cannot do in a script is written otherwise. */
  deep<T extends ts.Node>(node: T): T {
    const { typescript, context } = this;
    const visit = (child: ts.Node): ts.Node =>
      this.special(child, visit) ?? typescript.visitEachChild(child, visit, context);
    return visit(node) as T;
  }

  private special(node: ts.Node, visit: (node: ts.Node) => ts.Node): ts.Node | null {
    const { typescript, factory } = this;
    if (typescript.isIdentifier(node)) {
      const name = this.renamedText(node);
      return name === node.text ? node : this.at(factory.createIdentifier(name), node);
    }
    if (typescript.isShorthandPropertyAssignment(node)) {
      const name = this.renamedText(node.name);
      if (name !== node.name.text) {
        const value = factory.createIdentifier(name);
        const { objectAssignmentInitializer: fallback } = node;
        return factory.createPropertyAssignment(
          node.name.text,
          fallback === undefined ? value : factory.createAssignment(value, visit(fallback) as ts.Expression)
        );
      }
    }
    if (typescript.isBindingElement(node) && node.propertyName === undefined && typescript.isIdentifier(node.name)) {
      const name = this.renamedText(node.name);
      if (
        name !== node.name.text &&
        node.dotDotDotToken === undefined &&
        typescript.isObjectBindingPattern(node.parent)
      ) {
        const initializer = node.initializer && (visit(node.initializer) as ts.Expression);
        return factory.createBindingElement(undefined, node.name.text, name, initializer);
      }
    }
    if (isDynamicImport(typescript, node)) {
      return dynamicImport(
        typescript,
        node,
        node.arguments.map((argument) => visit(argument) as ts.Expression)
      );
    }
    if (typescript.isMetaProperty(node) && node.keywordToken === typescript.SyntaxKind.ImportKeyword) {
      return factory.createPropertyAccessExpression(factory.createIdentifier(RUN), 'meta');
    }
    return null;
  }

  /** The name that an identifier has in the script. */
  renamedText(id: ts.Identifier): string {
    return id.pos < 0 ? id.text : (this.renamed.get(id.getStart(this.file)) ?? id.text);
  }

  /** The names that a pattern binds, as the script has them. */
  namesIn(name: ts.BindingName): string[] {
    const { typescript } = this;
    return typescript.isIdentifier(name)
      ? [this.renamedText(name)]
      : name.elements.flatMap((element) => (typescript.isOmittedExpression(element) ? [] : this.namesIn(element.name)));
  }

  private call(method: string, ...args: ts.Expression[]): ts.CallExpression {
    const { factory } = this;
    return factory.createCallExpression(factory.createPropertyAccessExpression(this.run(), method), undefined, args);
  }

  /** Name that speaks for this run of the cell. */
  run(): ts.Expression {
    const { factory, number } = this;
    return factory.createCallExpression(factory.createIdentifier(RUN), undefined, [
      factory.createNumericLiteral(number)
    ]);
  }

  /** Lets a node that was made stand where another does: errors in it lead there. */
  at<T extends ts.Node>(made: T, from: ts.Node): T {
    return this.typescript.setTextRange(made, from);
  }
}
