import { AuthError, ConfigError } from '../errors.js';
import { compileTemplate } from '../networks/http/compile.js';
import { listHostVariables } from '../networks/http/read-url.js';
import { readTemplate } from '../networks/http/read-template.js';
import type { EndpointTemplate } from '../networks/http/template.js';
import { TemplateProblem } from '../networks/http/template-problem.js';
import { endpointNameOf } from '../networks/names.js';
import { Secret } from '../secret.js';
import { adviseOnSecrets } from '../ci-secrets.js';
import type { Credentials } from './credentials.js';
import type { Variables } from './environment.js';
import { findStrayCharacter } from './malformed-secret.js';

/** Where the template of an endpoint stands. */
export interface TemplateOrigin {
  /** The file, for messages. */
  path: string;
  source: 'store' | 'project' | 'sandbox';
  /** Whether the endpoint may be at a private address. */
  allowsPrivate: boolean;
  /** Is told of variables that are not set, where nothing is sent yet; those of a host must be. */
  onMissing?: (message: string) => void;
}

/**
 * The connection that a template describes, with the values of its variables. Those are kept in
 * memory only. Variables of the host are filled into the address: a host is shown, which is not a
 * secret.
 * @throws ConfigError for a template with a mistake or a host that is none; AuthError naming each
 *   variable that is not set.
 */
export function makeEndpointCredentials(
  raw: unknown,
  variables: Variables,
  { path, source, allowsPrivate, onMissing }: TemplateOrigin,
): Credentials {
  const template = checkTemplate(raw, path);
  const network = endpointNameOf(template.name);
  const names = compileTemplate(template).variables;
  const read = (name: string): string | undefined => variables[name]?.trim() || undefined;
  const missing = names.filter((name) => read(name) === undefined);
  const hosts = new Set(listHostVariables(template.url));
  if (missing.length > 0) {
    const refusal = refuseMissing(network, missing, variables);
    if (!onMissing || missing.some((name) => hosts.has(name))) throw refusal;
    onMissing(refusal.message);
  }
  const filled = fillHost(template, (name) => read(name) ?? '');
  const secrets: Record<string, Secret> = {};
  for (const name of names) {
    if (hosts.has(name)) continue;
    const value = read(name);
    if (value === undefined) continue;
    const stray = findStrayCharacter(value);
    if (stray !== undefined) throw refuseStray(name, stray);
    secrets[name] = new Secret(value);
  }
  return {
    connection: {
      network,
      account: new URL(filled.url).host,
      template: filled,
      source,
      ...(allowsPrivate ? { allowsPrivate } : {}),
    },
    variables: secrets,
  };
}

/**
 * Checks a template that comes from a file.
 * @param at the JSON path of the template in the file
 * @throws ConfigError naming file, JSON path, what was found and what is expected
 */
export function checkTemplate(raw: unknown, path: string, at = '$'): EndpointTemplate {
  try {
    return readTemplate(raw);
  } catch (error) {
    if (error instanceof TemplateProblem) throw refuseTemplate(path, at, error);
    throw error;
  }
}

/**
 * Checks the templates of a project file.
 * @throws ConfigError as {@link checkTemplate}, and for a name that is there twice
 */
export function checkTemplates(
  raw: readonly unknown[] = [],
  path: string | undefined = '',
): EndpointTemplate[] {
  const templates: EndpointTemplate[] = [];
  for (const [index, one] of raw.entries()) {
    const at = `$.http[${index}]`;
    const template = checkTemplate(one, path, at);
    if (templates.some(({ name }) => name === template.name)) {
      const found = JSON.stringify(template.name);
      throw refuseTemplate(
        path,
        at,
        new TemplateProblem('$.name', `${found} again`, 'another name'),
      );
    }
    templates.push(template);
  }
  return templates;
}

function refuseTemplate(
  path: string,
  at: string,
  { path: templatePath, found, expected }: TemplateProblem,
): ConfigError {
  const message = `${path}: ${templatePath.replace('$', at)}: found ${found}; expected ${expected}.`;
  return new ConfigError('template_invalid', message, {
    hint: 'Nothing was stored or sent. docs/networks/http.md lists the fields and macros.',
  });
}

/** What stands in a host: letters, digits, dots and hyphens, and a port. */
const HOST = /^[A-Za-z0-9.-]{1,253}(?::\d{1,5})?$/;

function fillHost(template: EndpointTemplate, read: (name: string) => string): EndpointTemplate {
  let { url } = template;
  for (const name of listHostVariables(url)) {
    const value = read(name);
    if (!HOST.test(value))
      throw new ConfigError('bad_variable', `${name} has an invalid value; expected a host name.`);
    url = url.replace(`{env:${name}}`, value);
  }
  return url === template.url ? template : { ...template, url };
}

function refuseMissing(
  network: string,
  missing: readonly string[],
  variables: Variables,
): AuthError {
  return new AuthError(
    'environment_incomplete',
    `The endpoint ${network} needs variables that are not set: ${missing.join(', ')}.`,
    adviseOnSecrets(missing, variables) ?? {
      hint: 'Set them where this command runs. They are read with each run and never stored.',
      next: 'postback doctor',
    },
  );
}

function refuseStray(name: string, stray: string): AuthError {
  return new AuthError('malformed_secret', `${name} contains an invalid character: ${stray}.`, {
    hint: 'It was probably damaged when copied. Set the variable again.',
    next: 'postback doctor',
  });
}
