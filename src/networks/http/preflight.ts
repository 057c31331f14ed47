import type { CheckResult, Preflight } from '../preflight.js';
import { compileTemplate } from './compile.js';

/**
 * The checks of an endpoint. No request is sent: an endpoint counts what it is sent, so that only
 * `postback test` sends one.
 */
export const preflight: Preflight = {
  origins: () => [],
  checkConfig: ({ template, network }) => (template ? [describe(template, network)] : []),
  checkLive: () => Promise.resolve([]),
};

function describe(
  template: NonNullable<Parameters<typeof compileTemplate>[0]>,
  network: string,
): CheckResult {
  const { variables, each, maxEvents, marksTests } = compileTemplate(template);
  const batch = each ? `, up to ${maxEvents} events a request` : '';
  const named = variables.length === 0 ? '' : `; its variables are set (${variables.join(', ')})`;
  return {
    id: 'template',
    result: 'pass',
    message:
      `The template is valid: ${template.method} to ${new URL(template.url).host}${batch}${named}. ` +
      (marksTests
        ? `No request was sent; to send one: postback test --network ${network}.`
        : 'No request was sent: without a {test} macro a test would count as a conversion.'),
  };
}
