import type * as ts from '@tslab/typescript-for-tslab';

/** Name of the global function that cell code calls after each `await`. */
export const CHECKPOINT = '__switchyardCheckpoint';

/**
 * Makes cell code stop at its next `await` once its cell is interrupted: `await x` becomes `checkpoint(await x)`, and
 * the body of `for await` begins with `checkpoint()`.
 */
export function checkAwaits(typescript: typeof ts): ts.TransformerFactory<ts.SourceFile> {
  const { factory } = typescript;
  const call = (...args: ts.Expression[]) =>
    factory.createCallExpression(factory.createIdentifier(CHECKPOINT), undefined, args);

  return (context) => {
    const visit = (node: ts.Node): ts.Node => {
      const visited = typescript.visitEachChild(node, visit, context);
      if (typescript.isAwaitExpression(visited)) {
        return call(visited);
      }
      if (typescript.isForOfStatement(visited) && visited.awaitModifier !== undefined) {
        const body = factory.createBlock([factory.createExpressionStatement(call()), visited.statement], true);
        return factory.updateForOfStatement(
          visited,
          visited.awaitModifier,
          visited.initializer,
          visited.expression,
          body
        );
      }
      return visited;
    };
    return (file) => typescript.visitNode(file, visit) as ts.SourceFile;
  };
}
