import type { JsonObject } from '../../src/json.js';
import {
  SANDBOX_GOOGLE_CLIENT_ID,
  SANDBOX_GOOGLE_CLIENT_SECRET,
  SANDBOX_GOOGLE_REFRESH_TOKEN,
} from '../../src/sandbox/google/seed.js';
import {
  makeLine,
  PURCHASE_GOAL,
  TestWorkspace,
  type TestWorkspaceOptions,
} from './test-workspace.js';

export const ACTION = '987654321';
export const GOAL = { ...PURCHASE_GOAL, map: { google: ACTION } };
export const CLICK = { utm_source: undefined, utm_medium: undefined, gclid: 'Cj0KCQ' };
export const CLIENT = {
  POSTBACK_GOOGLE_CLIENT_ID: SANDBOX_GOOGLE_CLIENT_ID,
  POSTBACK_GOOGLE_CLIENT_SECRET: SANDBOX_GOOGLE_CLIENT_SECRET,
};
const VARIABLES = {
  ...CLIENT,
  POSTBACK_GOOGLE_REFRESH_TOKEN: SANDBOX_GOOGLE_REFRESH_TOKEN,
  POSTBACK_GOOGLE_CUSTOMER_ID: '123-456-7890',
};

/** A workspace whose programs wait half a second where they would wait 5 s for Google. */
export const QUICK = { clock: { speed: 10 } };

/** Creates a workspace that variables connect to Google; the sandbox decides at once. */
export function createGoogleWorkspace({
  env,
  sandbox,
  ...parts
}: TestWorkspaceOptions = {}): Promise<TestWorkspace> {
  return TestWorkspace.create({
    goals: [GOAL],
    ...parts,
    sandbox: { processingMs: 0, ...sandbox },
    env: { ...VARIABLES, ...env },
  });
}

/**
 * `count` purchases with a click of Google's as JSON Lines; `odd` has properties of some, by number
 * from 1.
 */
export function makeClicks(count: number, odd: Readonly<Record<number, JsonObject>> = {}): string {
  return Array.from(
    { length: count },
    (_, index) => `${makeLine(index + 1, {}, { ...CLICK, ...odd[index + 1] })}\n`,
  ).join('');
}
