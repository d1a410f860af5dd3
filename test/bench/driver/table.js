'use strict';

/** Prints rows of text as a table of Markdown, columns aligned. */
function printTable(title, header, rows) {
  const all = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  console.log([`\n${title}\n`, line(all[0]), rule, ...all.slice(1).map(line)].join('\n'));
}

/** Three digits that count: 0.0123, 1.23, 12.3, 123. */
function digits(value) {
  return value === null || value === undefined ? '' : Number(value.toPrecision(3)).toString();
}

module.exports = { digits, printTable };
