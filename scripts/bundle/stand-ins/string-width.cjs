// What stands for `string-width` in the bundle, before it: of a text that is plain ASCII, as nearly
// all help is, the width is its length. The package compiles a pattern of all emoji (10 KB) for the
// first text.
const PLAIN = /^[ -~]*$/;

module.exports = (text) =>
  typeof text === 'string' && PLAIN.test(text) ? text.length : require('string-width')(text);
