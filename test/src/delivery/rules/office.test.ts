import { expect, it } from 'vitest';
import { Office } from './office.js';
import { OFFICE_ROWS } from './office-rows.js';

it.each(OFFICE_ROWS)('%s: %s', async (_rule, _what, show, gives) => {
  expect(await show(await Office.open())).toEqual(gives);
});
