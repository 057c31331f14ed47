import { describe, expect, test } from 'vitest';
import { preflight } from '../../../../src/networks/meta/preflight.js';

const connection = { network: 'meta', account: '1234567890', source: 'store' } as const;

/** What `doctor` says about the Graph version at a point in time. */
function checkAt(date: string): { result?: string; message?: string; next?: string } {
  const [found] = preflight.checkConfig?.(connection, Date.parse(date)) ?? [];
  return found ?? {};
}

describe('meta: the Graph version in doctor', () => {
  test('says until when v25.0 is valid, and does not call it current', () => {
    const { result, message } = checkAt('2026-11-30');
    expect(result).toBe('pass');
    expect(message).toContain('v25.0, which is valid until 2028-07-29');
    expect(message).not.toMatch(/current/);
  });

  test('warns half a year before the version ends, and after it', () => {
    expect(checkAt('2028-03-01')).toMatchObject({
      result: 'warn',
      message: 'Graph API v25.0 ends on 2028-07-29.',
    });
    expect(checkAt('2028-08-01')).toMatchObject({
      result: 'warn',
      message: 'Graph API v25.0 ended on 2028-07-29.',
    });
  });
});
