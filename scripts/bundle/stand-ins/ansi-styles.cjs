// What stands for `ansi-styles` in the bundle where oclif's help wraps lines: the code that ends each style is all that is asked for.
// The package makes all styles anew each time, with conversions between colours (8 ms).
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
  for (let color = 0; color < 8; color += 1) ends.push([first + color, 39], [first + 10 + color, 49]);

module.exports = { codes: new Map(ends) };
