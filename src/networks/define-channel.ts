import { InternalError } from '../errors.js';
import type { Mapping } from '../goals/goal.js';
import type { HttpRequest } from '../http/http.js';
import type { Channel, DefinedChannel, FollowUp, Outgoing, Payload, Skip } from './network.js';

/** How a channel recognizes its own payloads and mappings among those of all networks. */
export interface ChannelTypes<P extends Payload, M extends Mapping> {
  /** Cheap: runs several times for each postback. Checks the fields that every payload has. */
  isPayload: (stored: Payload) => stored is P;
  isMapping: (mapping: Mapping) => mapping is M;
  /** Why a postback is skipped whose goal has another form of mapping. */
  wrongMapping: Skip;
}

/** The channel that a network's folder writes: it renders each event, and puts a request around. */
export interface ChannelParts<P extends Payload, M extends Mapping> extends Omit<
  Channel<P, M>,
  'sizeOf' | 'envelopeOf' | 'request'
> {
  /** One event, as it stands in the body. Pure. */
  renderEvent: (outgoing: Outgoing<P, M>) => string;
  /** The request around `events`, the rendered events of `items` with commas between. Pure. */
  request: (events: string, items: readonly Outgoing<P, M>[], accessToken: string) => HttpRequest;
}

/**
 * Makes the channel that the program holds of the one that a network's folder writes.
 *
 * This is the only place where the types of a network are erased. A postback that enters a channel
 * comes from `prepare`, or from the delivery log, where another program or an older version may
 * have written it. Here its payload and its mapping are checked, so that the network's code can
 * rely on their types. `check` answers with a skip, which the operator sees; a request is never
 * built of a payload that is not the network's.
 */
export function defineChannel<P extends Payload, M extends Mapping>(
  types: ChannelTypes<P, M>,
  channel: ChannelParts<P, M>,
): DefinedChannel<P> {
  const { isPayload, isMapping, wrongMapping } = types;
  const { windowMsOf, groupOf, check, renderEvent, request, followUp, ...common } = channel;
  const isOwn = (outgoing: Outgoing): outgoing is Outgoing<P, M> =>
    isPayload(outgoing.postback.facts) && isMapping(outgoing.mapping);
  const own = (outgoing: Outgoing): Outgoing<P, M> => {
    if (!isOwn(outgoing)) throw refusePayload(channel);
    return outgoing;
  };
  const allOwn = (items: readonly Outgoing[]): readonly Outgoing<P, M>[] => {
    if (!items.every(isOwn)) throw refusePayload(channel);
    return items;
  };
  return {
    ...common,
    isPayload,
    ...(windowMsOf && {
      windowMsOf: (payload: Payload) =>
        isPayload(payload) ? windowMsOf(payload) : common.limits.windowMs,
    }),
    ...(groupOf && { groupOf: (outgoing: Outgoing) => groupOf(own(outgoing)) }),
    check: (payload, mapping) => {
      if (!isMapping(mapping)) return wrongMapping;
      return isPayload(payload) ? check(payload, mapping) : FOREIGN_PAYLOAD;
    },
    // Measured on the text that is sent: it is kept for the request, so that no event is rendered
    // twice.
    sizeOf: (outgoing) => Buffer.byteLength((outgoing.rendered ??= renderEvent(own(outgoing)))),
    envelopeOf: (outgoing) => bytesOf(request('', [own(outgoing)], '')),
    request: (items, accessToken) => {
      const owned = allOwn(items);
      let events = '';
      for (const item of owned) {
        const text = item.rendered ?? renderEvent(item);
        events += events === '' ? text : `,${text}`;
        if (item.rendered !== undefined) item.rendered = undefined;
      }
      return request(events, owned, accessToken);
    },
    ...(followUp && { followUp: eraseFollowUp(followUp, allOwn) }),
  };
}

/** Whether a goal is called by one text there: an id, an event name or a tag. */
export function isTextMapping(mapping: Mapping): mapping is string {
  return typeof mapping === 'string';
}

function bytesOf({ body = '' }: HttpRequest): number {
  return Buffer.byteLength(body);
}

function eraseFollowUp<P extends Payload, M extends Mapping>(
  { classify, ...common }: FollowUp<P, M>,
  allOwn: (items: readonly Outgoing[]) => readonly Outgoing<P, M>[],
): FollowUp {
  return {
    ...common,
    classify: (items, answer, request) => classify(allOwn(items), answer, request),
  };
}

const FOREIGN_PAYLOAD: Skip = {
  reason: 'incomplete_event',
  message: 'the delivery log holds a payload that this version cannot read; send the event again',
};

function refusePayload({ network }: { network: string }): InternalError {
  return new InternalError(
    'foreign_payload',
    `A postback for ${network} has a payload or a mapping that is not one of ${network}.`,
    { hint: 'Run: postback doctor' },
  );
}
