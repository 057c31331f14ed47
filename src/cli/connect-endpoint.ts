import type { AccountChange } from '../accounts/connect.js';
import { UsageError } from '../errors.js';
import type { Connection } from '../networks/connection.js';
import { listPresets, loadPreset } from '../networks/endpoint-presets.js';
import type { EndpointTemplate } from '../networks/http/template.js';
import { ENDPOINT_SLUG, endpointSlugOf, isEndpointName } from '../networks/names.js';
import type { Workspace } from '../workspace.js';

/** The flags of `connect http`. */
export interface EndpointFlags {
  template?: string | undefined;
  preset?: string | undefined;
  replace: boolean;
  'allow-private': boolean;
  gateway?: string | undefined;
}

/**
 * The endpoint's name that `connect` was given: `connect http acme` or `connect http:acme`.
 * Undefined where the arguments do not mean an endpoint.
 * @throws UsageError for a name that cannot be one
 */
export function readEndpointArguments(
  network: string | undefined,
  name: string | undefined,
): { name: string | undefined } | undefined {
  const lowered = network?.toLowerCase();
  if (lowered === undefined) return undefined;
  const isHttp = lowered === 'http' || lowered.startsWith('http:');
  if (!isHttp) {
    if (name === undefined) return undefined;
    throw new UsageError('unexpected_argument', `connect ${network} takes no name.`, {
      hint: 'Only endpoints have names: postback connect http NAME --template FILE.',
    });
  }
  const given = isEndpointName(lowered) ? endpointSlugOf(lowered) : name;
  if (lowered !== 'http' && !isEndpointName(lowered)) throw refuseName(lowered.slice(5));
  if (given !== undefined && !ENDPOINT_SLUG.test(given)) throw refuseName(given);
  if (given !== undefined && name !== undefined && given !== name)
    throw new UsageError('conflicting_arguments', `Two names were given: ${given} and ${name}.`);
  return { name: given };
}

/** Refuses flags of endpoints at another network. @throws UsageError naming the flag */
export function refuseEndpointFlags(flags: EndpointFlags): void {
  const wrong = (['template', 'preset', 'allow-private'] as const).find((flag) => flags[flag]);
  if (wrong === undefined) return;
  throw new UsageError('flag_not_for_network', `--${wrong} applies to endpoints only.`, {
    next: 'postback connect http NAME --template FILE',
  });
}

function refuseName(name: string): UsageError {
  return new UsageError('bad_endpoint_name', `Invalid endpoint name ${JSON.stringify(name)}.`, {
    hint: 'Use small letters, digits, - and _, at most 40 characters: postback connect http acme.',
  });
}

/** Reads the template that the flags name. @throws UsageError, ConfigError */
export async function readEndpointTemplate(
  { template: file, preset }: EndpointFlags,
  name: string | undefined,
): Promise<{ template: EndpointTemplate; path: string }> {
  if ((file === undefined) === (preset === undefined)) {
    const found = file === undefined ? 'neither of them was given' : 'both were given';
    throw new UsageError('template_needed', `An endpoint needs --template or --preset; ${found}.`, {
      hint: `Presets: ${listPresets().join(', ')}.`,
      next: `postback connect http ${name ?? 'NAME'} --template FILE`,
    });
  }
  const { nameTemplate, readTemplateFile } = await import('../accounts/connect-endpoint.js');
  if (file !== undefined) return { template: readTemplateFile(file, name), path: file };
  const found = preset === undefined ? undefined : await loadPreset(preset);
  // The flag takes the names of presets only.
  if (!found) throw new TypeError(`no preset ${preset}`);
  return { template: nameTemplate(found, name), path: `the preset ${preset}` };
}

/** How the command asks and warns. */
export interface EndpointAnswers {
  confirmReplace?: ((change: AccountChange) => Promise<boolean>) | undefined;
  onWarning: (text: string) => void;
}

/** Connects the endpoint of a template. @returns undefined where the earlier one was kept */
export async function connectEndpointOf(
  workspace: Workspace,
  variables: Readonly<Record<string, string | undefined>>,
  flags: EndpointFlags,
  { template, path, ...answers }: { template: EndpointTemplate; path: string } & EndpointAnswers,
): Promise<Connection | undefined> {
  const { connectEndpoint } = await import('../accounts/connect-endpoint.js');
  const hasProxy = (variables['HTTPS_PROXY'] || variables['https_proxy'] || '') !== '';
  return connectEndpoint({
    workspace: workspace.name,
    connections: workspace.connections,
    clock: workspace.clock,
    variables,
    template,
    path,
    allowsPrivate: flags['allow-private'],
    looksUp: !flags.gateway && !workspace.sandboxUrl && !hasProxy,
    replaces: flags.replace,
    ...answers,
  });
}
