import { expect, it } from 'vitest';
import { Office } from './office.js';
import { OFFICE_ROWS } from './office-rows.js';
import { TOKEN_ROWS } from './token-rows.js';

it.each([...OFFICE_ROWS, ...TOKEN_ROWS])('%s: %s', async (_rule, _what, show, gives) => {
  expect(await show(await Office.open())).toEqual(gives);
});
