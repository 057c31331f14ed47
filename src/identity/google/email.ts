/** One `@` with something on both sides and no blank: what Google's own formatter refuses is no address. */
const ADDRESS = /^([^\s@]+)@([^\s@]+)$/;
/** Where dots and what follows a `+` mean nothing. */
const GMAIL_DOMAINS: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);
const DOTS = /\./g;

/**
 * An e-mail address in Google's form: trimmed and lowered; at gmail.com and googlemail.com without dots and without
 * `+tag`, the domain kept as it is (UserDataFormatter of googleads/data-manager-node). Empty when it is no address.
 */
export function normaliseGoogleEmail(text: string): string {
  const [, name = '', domain = ''] = ADDRESS.exec(text.trim().toLowerCase()) ?? [];
  if (!GMAIL_DOMAINS.has(domain)) return domain === '' ? '' : `${name}@${domain}`;
  const mailbox = (name.split('+', 1)[0] as string).replace(DOTS, '');
  return mailbox === '' ? '' : `${mailbox}@${domain}`;
}
