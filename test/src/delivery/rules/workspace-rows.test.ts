import { expect, it } from 'vitest';
import { RuleWorkspace } from './rule-workspace.js';
import { WORKSPACE_ROWS } from './workspace-rows.js';
import { TOKEN_ROWS } from './token-rows.js';

it.each([...WORKSPACE_ROWS, ...TOKEN_ROWS])('%s: %s', async (_rule, _what, show, gives) => {
  expect(await show(await RuleWorkspace.open())).toEqual(gives);
});
