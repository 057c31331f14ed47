/** One `@` with text on both sides and no blanks, as Google's own formatter requires. */
const ADDRESS = /^([^\s@]+)@([^\s@]+)$/;
/** Domains where dots and the part after `+` have no meaning. */
const GMAIL_DOMAINS: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);
const DOTS = /\./g;

/**
 * Returns an email address in Google's form: trimmed, in lower case, and at gmail.com and
 * googlemail.com without dots and `+tag` (UserDataFormatter of googleads/data-manager-node). The
 * domain is kept. Empty if it is not an address.
 */
export function normaliseGoogleEmail(text: string): string {
  const [, name = '', domain = ''] = ADDRESS.exec(text.trim().toLowerCase()) ?? [];
  if (!GMAIL_DOMAINS.has(domain)) return domain === '' ? '' : `${name}@${domain}`;
  const plus = name.indexOf('+');
  const mailbox = (plus === -1 ? name : name.slice(0, plus)).replace(DOTS, '');
  return mailbox === '' ? '' : `${mailbox}@${domain}`;
}
