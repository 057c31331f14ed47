// Replaces `ansi-styles` in the bundle for the line wrapping of oclif's help, which only needs the
// closing code of each style. The package takes 8 ms to create all styles and color conversions.
const ends = [
  [0, 0],
  [1, 22],
  [2, 22],
  [3, 23],
  [4, 24],
  [7, 27],
  [8, 28],
  [9, 29],
];
for (const first of [30, 90])
  for (let color = 0; color < 8; color += 1)
    ends.push([first + color, 39], [first + 10 + color, 49]);

module.exports = { codes: new Map(ends) };
