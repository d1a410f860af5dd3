'use strict';

// A terminal obeys control characters, and shows what follows some invisible ones in another order.
const UNSAFE = /(\u001b\[[\d;]*m)|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text that came from a file, for a terminal: lines, tabs and colours stay, every other control character is written as
 * its code.
 * @param {string} text
 * @returns {string}
 */
function printable(text) {
  return text.replace(UNSAFE, (character, color) =>
    color === undefined ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : color
  );
}

module.exports = { printable };
