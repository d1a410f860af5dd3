import type * as ts from '@tslab/typescript-for-tslab';

/**
 * Writes out `{ name }` where `name` comes from an earlier cell. tslab turns such names into `exports.name`, but asks the
 * type checker for the symbol of the property, which is another one, and so leaves a name that does not exist.
 *
 * @param earlier - Whether a file holds the declarations of earlier cells.
 */
export function expandShorthands(
  typescript: typeof ts,
  checker: ts.TypeChecker,
  earlier: (file: string) => boolean
): ts.TransformerFactory<ts.SourceFile> {
  const { factory } = typescript;
  return (context) => {
    const visit = (node: ts.Node): ts.Node => {
      const visited = typescript.visitEachChild(node, visit, context);
      if (!typescript.isShorthandPropertyAssignment(node) || !typescript.isShorthandPropertyAssignment(visited)) {
        return visited;
      }
      const symbol = checker.getShorthandAssignmentValueSymbol(node);
      if (symbol?.declarations?.some((declaration) => earlier(declaration.getSourceFile().fileName)) !== true) {
        return visited;
      }
      const { text } = node.name;
      const value = factory.createPropertyAccessExpression(factory.createIdentifier('exports'), text);
      // `({ name = 1 } = object)`.
      const { objectAssignmentInitializer: fallback } = visited;
      return factory.createPropertyAssignment(
        text,
        fallback === undefined ? value : factory.createAssignment(value, fallback)
      );
    };
    return (file) => typescript.visitEachChild(file, visit, context);
  };
}
