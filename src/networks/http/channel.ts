import { checkAmount } from '../amount.js';
import { defineChannel, isTextMapping } from '../define-channel.js';
import type { Connection, DefinedChannel, Limits, Skip } from '../network.js';
import { classifyEndpointAnswer } from './classify.js';
import type { Endpoint } from './compile.js';
import { EXPECTED_NAME } from './mapping.js';
import { isEndpointPayload, type EndpointPayload } from './payload.js';
import { isMasked, MASK, readVariables, renderListed, renderRequest } from './render.js';
import { signEndpointRequest } from './sign.js';
import { DEFAULT_PACE, DEFAULT_WINDOW, readWindowMs } from './template.js';
import { valueOf, type EndpointOutgoing } from './values.js';

/** Bytes of a body at most; most servers take a megabyte. */
const MAX_BYTES = 1_000_000;
/** How far ahead of the clock an event may be; no template says, and clocks differ. */
const FUTURE_MS = 5 * 60 * 1000;

const LIMITED: Skip = {
  reason: 'opted_out',
  message:
    'the person opted out of the sale or sharing of data, which a postback URL cannot say, so ' +
    'nothing is sent',
};

/** A postback URL as its template describes it. */
export function openEndpoint(
  connection: Connection,
  endpoint: Endpoint,
): DefinedChannel<EndpointPayload> {
  const { network, account, allowsPrivate = false } = connection;
  const { template, sign } = endpoint;
  const types = {
    isPayload: isEndpointPayload,
    isMapping: isTextMapping,
    wrongMapping: { reason: 'unmapped_goal', message: EXPECTED_NAME } satisfies Skip,
  };
  return defineChannel(types, {
    network,
    account,
    limits: limitsOf(endpoint),
    testMode: endpoint.marksTests,
    check: (payload) => checkPayload(payload, endpoint),
    renderEvent: (outgoing) => renderListed(endpoint, outgoing),
    request: (events, [first], accessToken) => {
      const request = renderRequest(endpoint, events, first, readVariables(accessToken));
      // What is shown has no secret to sign with.
      if (sign && isMasked(accessToken)) request.headers[sign.header] = MASK;
      if (!allowsPrivate) request.publicOnly = true;
      return request;
    },
    ...(sign && {
      sign: (request, accessToken) =>
        signEndpointRequest(sign, request, readVariables(accessToken)),
    }),
    classify: (items, answer) => classifyEndpointAnswer(template, items, answer),
  });
}

function limitsOf({ template, maxEvents }: Endpoint): Limits {
  return {
    maxEvents,
    maxBytes: MAX_BYTES,
    requestsPerSecond: template.requestsPerSecond ?? DEFAULT_PACE,
    windowMs: readWindowMs(template.window ?? DEFAULT_WINDOW) ?? 0,
    futureMs: FUTURE_MS,
  };
}

/**
 * Why a conversion cannot be sent: what the template requires, and what holds for every network.
 */
function checkPayload(
  payload: EndpointPayload,
  { required, template }: Endpoint,
): Skip | undefined {
  if (payload.limited) return LIMITED;
  const title = `The endpoint ${template.name}`;
  const money = checkAmount(payload, title);
  if (money) return money;
  for (const macro of required) {
    const { source, name } = macro;
    if (source.from !== 'event') continue;
    const value = valueOf(macro, { outgoing: outgoingOf(payload), variable: () => undefined });
    if (value !== undefined && value !== '') continue;
    if (source.key === 'click_id') return skipWithoutClick(template);
    const message = `the template requires {${name}}, which the event does not have`;
    return { reason: 'incomplete_event', field: name, message };
  }
  return undefined;
}

function skipWithoutClick({ name, clickId }: Endpoint['template']): Skip {
  const fields = clickId?.fields.join(' or ') ?? '';
  const message = `the event has no click id of ${name}${fields === '' ? '' : ` (${fields})`}`;
  return { reason: 'no_click_id', message };
}

/** A payload as the values of macros are read from it, before there is a postback. */
function outgoingOf(facts: EndpointPayload): EndpointOutgoing {
  const names = { id: '', dedupeId: '', goal: '', goalName: '', event: '', eventId: '' };
  const postback = { ...names, network: 'http:' as const, eventTimeMs: 0, test: false, facts };
  return { postback, mapping: '' };
}
