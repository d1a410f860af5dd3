import type * as ts from 'typescript';

/** True for what `var` declares. */
export function isVar(typescript: typeof ts, list: ts.VariableDeclarationList): boolean {
  return (list.flags & typescript.NodeFlags.BlockScoped) === 0;
}

/** Assignments of the declarations of a `var`; null where they assign nothing. */
export function assignments(typescript: typeof ts, list: ts.VariableDeclarationList): ts.Expression | null {
  const { factory } = typescript;
  const made = list.declarations.flatMap(({ name, initializer }) =>
    initializer === undefined ? [] : [factory.createAssignment(toAssignment(typescript, name), initializer)]
  );
  const [first, ...rest] = made;
  if (first === undefined) {
    return null;
  }
  const all = rest.reduce<ts.Expression>((left, right) => factory.createComma(left, right), first);
  return factory.createParenthesizedExpression(all);
}

/** The target of an assignment that does what a declaration of `name` does. */
export function toAssignment(typescript: typeof ts, name: ts.BindingName): ts.Expression {
  const { factory } = typescript;
  const withDefault = (target: ts.Expression, initializer: ts.Expression | undefined) =>
    initializer === undefined ? target : factory.createAssignment(target, initializer);
  if (typescript.isIdentifier(name)) {
    return name;
  }
  if (typescript.isArrayBindingPattern(name)) {
    return factory.createArrayLiteralExpression(
      name.elements.map((element) => {
        if (typescript.isOmittedExpression(element)) {
          return element;
        }
        const target = toAssignment(typescript, element.name);
        return element.dotDotDotToken === undefined
          ? withDefault(target, element.initializer)
          : factory.createSpreadElement(target);
      })
    );
  }
  return factory.createObjectLiteralExpression(
    name.elements.map(({ propertyName, name: own, dotDotDotToken, initializer }) => {
      const target = toAssignment(typescript, own);
      return dotDotDotToken === undefined
        ? factory.createPropertyAssignment(
            propertyName ?? (own as ts.Identifier).text,
            withDefault(target, initializer)
          )
        : factory.createSpreadAssignment(target);
    })
  );
}
