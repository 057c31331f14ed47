import { quote } from './parse-text.js';
import { TemplateProblem } from './template-problem.js';

/** Scheme and authority of an address: all up to the path. */
const ORIGIN = /^([A-Za-z][A-Za-z0-9+.-]{0,20}):\/\/([^/?#]*)/;
/** A macro as it stands in the text of a template. */
const MACRO_TEXT = /\{[^{}]{0,200}\}/g;
/** A variable that may be part of a host: it is not a secret, so that it is shown. */
const HOST_MACRO = /^\{env:POSTBACK_HTTP_[A-Z0-9_]{1,100}_HOST\}$/;
const LOOPBACK_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The variables that a host is made of, by name. They are not secrets. */
export function listHostVariables(url: string): string[] {
  const [, , authority = ''] = ORIGIN.exec(url) ?? [];
  return [...authority.matchAll(MACRO_TEXT)].map(([macro]) => macro.slice('{env:'.length, -1));
}

/**
 * Checks the address of a template: https, or http on loopback; a host that no event can change; no
 * login and no fragment.
 * @throws TemplateProblem
 */
export function checkTemplateUrl(url: string): void {
  const refuse = (found: string, expected: string): TemplateProblem =>
    new TemplateProblem('$.url', found, expected);
  const [, scheme = '', authority = ''] = ORIGIN.exec(url) ?? [];
  const macros = authority.match(MACRO_TEXT) ?? [];
  const wrong = macros.find((macro) => !HOST_MACRO.test(macro));
  if (wrong !== undefined)
    throw refuse(
      `${wrong} in the host`,
      'a fixed host, or a variable whose name ends in _HOST such as {env:POSTBACK_HTTP_ACME_HOST}',
    );
  const plain = url.replace(MACRO_TEXT, 'x');
  if (scheme === '' || !URL.canParse(plain))
    throw refuse(quote(plain), 'an address such as https://t.example.com/postback');
  const parsed = new URL(plain);
  const { protocol, hostname } = parsed;
  if (protocol !== 'https:' && !(protocol === 'http:' && LOOPBACK_HOSTS.has(hostname)))
    throw refuse(
      `${protocol}//${hostname}`,
      'https:// (plain http is allowed for 127.0.0.1, localhost and [::1] only)',
    );
  if (parsed.username !== '' || parsed.password !== '')
    throw refuse('a login in the address', 'an Authorization header with {env:POSTBACK_HTTP_…}');
  if (url.includes('#')) throw refuse('a # in the address', 'an address without a fragment');
  refuseLiteralSecrets(url);
}

/** Names of query and form values that are secrets. */
const SECRET_NAME =
  /^(?:access_?token|refresh_?token|client_?secret|secret|secret_?key|token|auth|auth_?token|password|passwd|pwd|api_?key|api_?token|security_?token|signature|sig)$/i;

/** Whether a parameter of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** A secret that stands in a template would be in a repository and in every export. */
function refuseLiteralSecrets(url: string): void {
  const query = url.slice(url.indexOf('?') + 1);
  if (query === url) return;
  for (const pair of query.split('&')) {
    const [name = '', ...value] = pair.split('=');
    if (isSecretName(name) && isLiteral(value.join('=')))
      throw refuseLiteralSecret(`$.url (parameter ${name})`);
  }
}

/** Whether a value of a template is text without a macro. */
export function isLiteral(value: string): boolean {
  return value.trim() !== '' && !value.includes('{');
}

/** The error for a secret that is written out in a template. */
export function refuseLiteralSecret(path: string): TemplateProblem {
  return new TemplateProblem(
    path,
    'a secret written out',
    'a variable such as {env:POSTBACK_HTTP_ACME_TOKEN}, so that the template holds no secret',
  );
}
