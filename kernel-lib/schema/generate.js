/** @file Writes the JSON Schema of the payloads from their TypeScript types: `npm run schema`. */
const fs = require('fs');
const path = require('path');

const OUTPUT = path.join(__dirname, 'switchyard.v1.schema.json');

/** The schema as text, as it is committed. */
function schemaText() {
  const { createGenerator } = require('ts-json-schema-generator');
  const generator = createGenerator({
    path: path.join(__dirname, '../src/protocol/kinds/index.ts'),
    tsconfig: path.join(__dirname, '../tsconfig.json'),
    type: 'Payload',
    // The build checks them; here the project would have to list every file.
    skipTypeCheck: true,
    // A later minor version may add keys; readers ignore those that they do not know.
    additionalProperties: true
  });
  return `${JSON.stringify(generator.createSchema('Payload'), null, 2)}\n`;
}

if (require.main === module) {
  fs.writeFileSync(OUTPUT, schemaText());
}

module.exports = { OUTPUT, schemaText };
