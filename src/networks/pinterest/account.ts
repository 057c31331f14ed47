/** An ad account, as Ads Manager shows it. */
export const ACCOUNT_FORM = {
  pattern: /^\d{6,20}$/,
  words: 'the digits of an ad account such as 549755885175',
};

/** A sentence saying what is expected when `account` cannot be an ad account. */
export function checkAdAccount(account: string): string | undefined {
  return ACCOUNT_FORM.pattern.test(account)
    ? undefined
    : `expected ${ACCOUNT_FORM.words}, as Ads Manager shows it`;
}

export const ORIGIN = 'https://api.pinterest.com';

/** Where events of an ad account go. Test events are checked and not recorded. */
export function eventsUrl(account: string, isTest: boolean): string {
  const query = isTest ? '?test=true' : '';
  return `${ORIGIN}/v5/ad_accounts/${encodeURIComponent(account)}/events${query}`;
}
