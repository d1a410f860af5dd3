import type * as ts from '@tslab/typescript-for-tslab';

/**
 * The declarations of a cell that did not end: types stay, and of the values those that were reached.
 *
 * @param declarations - Declarations of the cell and of those before it, as TypeScript.
 * @param reached - Whether the value of this name exists.
 */
export function reachedDeclarations(
  typescript: typeof ts,
  declarations: string,
  reached: (name: string) => boolean
): string {
  const file = typescript.createSourceFile('declarations.d.ts', declarations, typescript.ScriptTarget.Latest, true);
  return file.statements
    .map((statement) => {
      if (typescript.isClassDeclaration(statement) || typescript.isEnumDeclaration(statement)) {
        return reached(statement.name?.text ?? '') ? statement.getFullText(file) : '';
      }
      if (!typescript.isVariableStatement(statement)) {
        return statement.getFullText(file);
      }
      const kept = statement.declarationList.declarations.filter((d) => reached(d.name.getText(file)));
      return kept.map((d) => `\ndeclare let ${d.getText(file)};`).join('');
    })
    .join('');
}
