import { expect, test } from 'vitest';
import { readJsonBody, readPlainBody } from '../../../src/networks/answer-body.js';
import { makeAnswer } from '../../kit/amazon.js';

test.each([
  ['{"a":1}', { a: 1 }],
  ['', undefined],
  ['<html>', undefined],
  ['{"a":', undefined],
  ['null', null],
])('JSON of %j', (text, expected) => {
  expect(readJsonBody(makeAnswer(200, text))).toEqual(expected);
});

test.each([
  ['upstream connect error', 'upstream connect error'],
  ['  <html><h1>502</h1></html>', undefined],
  ['{"broken', undefined],
  ['[1', undefined],
  ['', undefined],
  ['x'.repeat(5000), `${'x'.repeat(299)}…`],
])('plain text of %#', (text, expected) => {
  expect(readPlainBody(makeAnswer(502, text))).toBe(expected);
});
