import { expect, test } from 'vitest';
import { drawSparkline } from '../../../src/cli/sparkline.js';

test.each([
  ['nothing', [], ''],
  ['hours without events differ from hours with few', [0, 0], '··'],
  ['the highest is full, little is still seen', [0, 1, 50, 100], '·▁▄█'],
  ['the same in each', [7, 7, 7], '███'],
  ['neighbours are added up where there is no room', [1, 1, 2, 2, 4, 4, 8, 0, 0], '▂▄██·'],
])('%s', (_name, values, drawn) => {
  expect(drawSparkline(values, 5)).toBe(drawn);
});
