import { makeEndpointNetwork } from '../../../../src/networks/http/endpoint.js';
import { readTemplate } from '../../../../src/networks/http/read-template.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import type { HttpRequest } from '../../../../src/http/http.js';
import { defaultSettings } from '../../../../src/config/settings.js';
import type { Connection } from '../../../../src/networks/connection.js';
import type { Channel } from '../../../../src/networks/network.js';
import { makePostback } from '../../../kit/outgoing.js';

/** A template of one GET, with changes. */
export function makeTemplate(changes: object = {}) {
  return readTemplate({
    name: 'acme',
    url: 'https://t.acme.example/pb?cid={click_id}',
    clickId: { fields: ['click_id', 'acme_cid'], utmSources: ['acme'] },
    ...changes,
  });
}

/** The endpoint of a template and the channel to it. */
export function openTemplate(changes: object = {}, parts: Partial<Connection> = {}) {
  const template = makeTemplate(changes);
  const network = makeEndpointNetwork(`http:${template.name}`, template);
  const connection: Connection = {
    network: network.name,
    account: new URL(template.url).host,
    template,
    source: 'store',
    ...parts,
  };
  const channel: Channel = network.open(connection, defaultSettings());
  return { network, channel };
}

/** Fields of an event with a click of the endpoint. */
export type EventChanges = Partial<ConversionEvent> & { clickFields?: Record<string, string> };

/** An event with a click of the endpoint. */
export function makeEvent({ clickFields = { acme_cid: 'clk-1' }, ...event }: EventChanges) {
  return { click: { fields: clickFields }, ...event };
}

/** The request for one event, or for several where the template lists events. */
export function render(
  changes: object,
  event: EventChanges | readonly EventChanges[] = {},
  variables: Readonly<Record<string, string>> = {},
): HttpRequest {
  const { network, channel } = openTemplate(changes);
  const events = Array.isArray(event) ? (event as EventChanges[]) : [event as EventChanges];
  const items = events.map((one, number) =>
    makePostback(network, makeEvent(one), 'sale', { number: number + 1 }),
  );
  const token = JSON.stringify(variables);
  const request = channel.request(items, token);
  return channel.sign?.(request, token, { nowMs: 0, nonce: '' }) ?? request;
}

/** Why the endpoint would not be told of an event; undefined where it would. */
export function check(changes: object, event: EventChanges = {}) {
  const { network, channel } = openTemplate(changes);
  const { postback, mapping } = makePostback(network, makeEvent(event), 'sale');
  return channel.check(postback.facts, mapping);
}
