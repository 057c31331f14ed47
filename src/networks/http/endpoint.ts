import { InternalError } from '../../errors.js';
import type { Connection } from '../connection.js';
import { endpointSlugOf, type EndpointName } from '../names.js';
import type { AnyNetwork, Network } from '../network.js';
import { openEndpoint } from './channel.js';
import { compileTemplate, type Endpoint } from './compile.js';
import { checkEndpointMapping } from './mapping.js';
import { makeSyntheticProperties } from './synthetic.js';
import { prepareEndpointPayload, type EndpointPayload } from './payload.js';
import type { EndpointTemplate } from './template.js';

/**
 * The network of an endpoint. Without its template it knows what all endpoints have in common: its
 * name, what a mapping looks like, how it is connected. {@link Network.bind} adds the template of a
 * connection.
 */
export function makeEndpointNetwork(
  name: EndpointName,
  template?: EndpointTemplate,
): Network<EndpointPayload, string> {
  const endpoint = template && compileTemplate(template);
  return {
    name,
    title: `Endpoint ${endpointSlugOf(name)}`,
    sharesEventIds: false,
    testArea: '{test} macro in its template',
    ...(template && { syntheticProperties: makeSyntheticProperties(template) }),
    defaultMapping: (_event, goal) => findDefault(template, goal),
    mappingWords: () => 'NAME',
    checkMapping: checkEndpointMapping,
    loadConnector: async () => (await import('./connector.js')).endpointConnector,
    loadPreflight: async () => (await import('./preflight.js')).preflight,
    prepare: (event, settings) =>
      endpoint ? prepareEndpointPayload(event, settings, endpoint) : { values: {} },
    open: (connection) => openEndpoint(connection, endpoint ?? compileOf(connection)),
    bind: (connection) => bindEndpoint(name, connection),
  };
}

/** What a goal is called: as the template says, or by its id where the template says nothing. */
function findDefault(template: EndpointTemplate | undefined, goal: string): string | undefined {
  if (template?.goals === undefined) return goal;
  return Object.hasOwn(template.goals, goal) ? template.goals[goal] : undefined;
}

function bindEndpoint(name: EndpointName, { template }: Connection): AnyNetwork {
  return makeEndpointNetwork(name, template);
}

function compileOf({ network, template }: Connection): Endpoint {
  if (template) return compileTemplate(template);
  throw new InternalError('no_template', `The connection to ${network} has no template.`, {
    hint: 'Connect it again with its template.',
    next: `postback connect ${network} --template FILE`,
  });
}
