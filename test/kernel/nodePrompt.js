/**
 * @file What Node's own prompt gives for the cells of notebooks: reads a JSON list of notebooks, each a list of cells, and writes for each
 * cell `{ value }`, `{ failure }` or `{}`, and what is printed. The prompt refuses to declare a name again, so that `let`, `const` and
 * `class` at the beginning of a statement are said with `var`.
 */
'use strict';

const { PassThrough } = require('stream');
const { inspect } = require('util');
const repl = require('repl');

const notebooks = JSON.parse(require('fs').readFileSync(0, 'utf-8'));

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

async function main() {
  const results = [];
  for (const cells of notebooks) {
    results.push(await runNotebook(cells));
  }
  process.stdout.write(JSON.stringify(results));
  process.exit(0);
}

async function runNotebook(cells) {
  const output = new PassThrough();
  const server = repl.start({ input: new PassThrough(), output, prompt: '' });
  const results = [];
  for (const cell of cells) {
    output.read();
    const result = await evaluate(server, sayVar(cell));
    results.push({ ...result, printed: String(output.read() ?? '') });
  }
  server.close();
  return results;
}

function evaluate(server, code) {
  return new Promise((resolve) => {
    // What a script throws the prompt gives to its domain, to print it.
    server._domain.removeAllListeners('error');
    server._domain.on('error', (error) => resolve(failed(error)));
    server.eval(`${code}\n`, server.context, 'repl', (error, value) => {
      if (error !== null && error !== undefined) {
        resolve(failed(error));
      } else {
        resolve(value === undefined || value === null ? {} : { value: inspect(value) });
      }
    });
  });
}

function failed(error) {
  return { failure: `${error.name}: ${error.message}` };
}

function sayVar(code) {
  return code.replace(/(^|\n|; )(?:let|const) /g, '$1var ').replace(/(^|\n|; )class (\w+)/g, '$1var $2 = class $2');
}
