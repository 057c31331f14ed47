import type { HttpRequest } from '../../http/http.js';
import { parseJsonObject } from '../../json.js';
import { quoteJson } from '../json-text.js';
import type { BodyNode, Endpoint } from './compile.js';
import * as encode from './encode.js';
import type { MacroText } from './macros.js';
import { fillText, valueOf, type EndpointOutgoing, type ValueSource } from './values.js';

const IN_PATH = { encode: encode.encodePath, encodeRaw: encode.encodeRawPath };
const IN_QUERY = { encode: encode.encodeQuery, encodeRaw: encode.encodeRawUrl };
const IN_FORM = { encode: encode.encodeForm, encodeRaw: encode.encodeRawUrl };
const IN_HEADER = { encode: encode.encodeHeader, encodeRaw: encode.encodeRawHeader };
const keep = (value: string): string => value;
const IN_JSON = { encode: keep, encodeRaw: keep };

/** Mask of a secret, in every place of a request. */
export const MASK = '***';

/** Whether the token of a channel is a mask: then the request is shown and not sent. */
export function isMasked(accessToken: string): boolean {
  return !accessToken.startsWith('{');
}

/**
 * Reads the token of a channel: the values of the template's variables, as JSON. Any other text is
 * a mask: every variable is shown as `***` then.
 */
export function readVariables(accessToken: string): (name: string) => string | undefined {
  const values = isMasked(accessToken) ? undefined : parseJsonObject(accessToken);
  if (values === undefined) return () => MASK;
  return (name) => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
}

/**
 * Renders the request of one postback, or of several where the body lists events. Pure.
 * @param events what {@link renderListed} made of them, with commas between
 * @param first the postback of the request, or the first of several
 */
export function renderRequest(
  endpoint: Endpoint,
  events: string,
  first: EndpointOutgoing | undefined,
  variable: (name: string) => string | undefined,
): HttpRequest {
  const { method } = endpoint.template;
  const outgoing = endpoint.each === undefined && first !== undefined ? { outgoing: first } : {};
  const from: ValueSource = { variable, ...outgoing };
  const query = fillText(endpoint.query, from, IN_QUERY);
  const path = fillText(endpoint.path, from, IN_PATH);
  const body = renderContent(endpoint, events, from);
  const headers: Record<string, string> = { ...(body && { 'Content-Type': body.type }) };
  for (const [name, text] of endpoint.headers) {
    const same = Object.keys(headers).find((one) => one.toLowerCase() === name.toLowerCase());
    if (same !== undefined) delete headers[same];
    headers[name] = renderHeader(text, from);
  }
  return {
    method,
    // The form in which it leaves, so that a signature over it holds.
    url: new URL(query === '' ? path : `${path}?${query}`).href,
    headers,
    ...(body && { body: body.text }),
  };
}

/** A secret stands in a header as it is; blanks at the ends are not part of a header. */
function renderHeader(text: MacroText, from: ValueSource): string {
  const parts = text.map((part) => {
    if (typeof part === 'string') return part;
    const value = valueOf(part, from) ?? '';
    if (part.source.from === 'variable' || part.isRaw) return encode.encodeRawHeader(value);
    return IN_HEADER.encode(value);
  });
  return parts.join('').trim();
}

function renderContent(
  { body, form }: Endpoint,
  events: string,
  from: ValueSource,
): { type: string; text: string } | undefined {
  if (form) {
    const pairs = form.map(([name, text]) => `${encode.encodeForm(name)}=${fillForm(text, from)}`);
    return { type: 'application/x-www-form-urlencoded', text: pairs.join('&') };
  }
  if (!body) return undefined;
  return { type: 'application/json', text: renderNode(body, from, `[${events}]`) };
}

/** The template's own text is meant too, so that it is encoded like the values in it. */
function fillForm(text: MacroText, from: ValueSource): string {
  const literal = text.map((part) => (typeof part === 'string' ? encode.encodeForm(part) : part));
  return fillText(literal, from, IN_FORM);
}

/** @param list the events of a request as JSON */
function renderNode(node: BodyNode, from: ValueSource, list = '[]'): string {
  switch (node.kind) {
    case 'plain':
      return node.json;
    case 'text':
      return renderJsonText(node.text, from);
    case 'events':
      return list;
    case 'list':
      return `[${node.items.map((one) => renderNode(one, from, list)).join(',')}]`;
    case 'object':
      return `{${node.fields
        .map(([name, inner]) => `${quoteJson(name)}:${renderNode(inner, from, list)}`)
        .join(',')}}`;
  }
}

/** A raw macro that is all of a text is a number, a boolean or null where it can be one. */
function renderJsonText(text: MacroText, from: ValueSource): string {
  const [only] = text;
  if (text.length === 1 && typeof only === 'object' && only.isRaw) {
    const value = valueOf(only, from);
    if (value === undefined) return 'null';
    if (encode.isJsonLiteral(value)) return value;
  }
  return quoteJson(fillText(text, from, IN_JSON).toWellFormed());
}

/** One event as it stands in a list; empty where a request holds one event. */
export function renderListed({ each }: Endpoint, outgoing: EndpointOutgoing): string {
  // Variables belong around the list: what is kept of an event holds no secret.
  return each === undefined ? '' : renderNode(each, { outgoing, variable: () => undefined });
}
