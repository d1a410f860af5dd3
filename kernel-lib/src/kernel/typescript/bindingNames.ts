import type * as ts from '@tslab/typescript-for-tslab';

/**
 * Quotes the property in `const { name: own } = value`. Where the value's type was declared in an earlier cell, tslab takes the property
 * for a name of that cell and writes `exports.name` in its place, which is no property name; a text it leaves alone.
 */
export function quoteBindingNames(typescript: typeof ts): ts.TransformerFactory<ts.SourceFile> {
  const { factory } = typescript;
  return (context) => {
    const visit = (node: ts.Node): ts.Node => {
      const visited = typescript.visitEachChild(node, visit, context);
      if (!typescript.isBindingElement(visited) || visited.propertyName === undefined) {
        return visited;
      }
      const { dotDotDotToken, propertyName, name, initializer } = visited;
      return typescript.isIdentifier(propertyName)
        ? factory.updateBindingElement(
            visited,
            dotDotDotToken,
            factory.createStringLiteral(propertyName.text),
            name,
            initializer
          )
        : visited;
    };
    return (file) => typescript.visitEachChild(file, visit, context);
  };
}
