import { describe, expect, it } from 'vitest';

import { InFlightSet } from '../../../src/delivery/in-flight-set.js';
import type { EventQuestion, KnownEvent } from '../../../src/log/known-state.js';
import type { Postback } from '../../../src/networks/network.js';
import { makeConversion } from '../../kit/amazon.js';
import { makeEntry } from '../../kit/log.js';
import { PURCHASE } from '../../kit/plan-context.js';

const PLAYER = 'player-1';
const GOAL = { ...PURCHASE, trigger: 'once' } as const;
const QUESTION: EventQuestion = { event: makeConversion(), goals: [GOAL], owner: 'amazon' };

function once(number: number): Postback {
  return { ...makeEntry(number).postback, goal: GOAL.id, once: true, person: PLAYER };
}

function known({ id, goal, network }: Postback): KnownEvent {
  return {
    isSuppressed: false,
    postbacks: [{ id, goal, network, state: 'new' }],
    player: PLAYER,
    members: [],
  };
}

describe('InFlightSet.overlay', () => {
  it('makes a postback of this run known, and names the owner of its lock', () => {
    const inFlight = new InFlightSet();
    inFlight.add(once(1));
    const same = inFlight.overlay(QUESTION, known(once(1)));
    expect(same.postbacks[0]).toMatchObject({ state: 'known' });
    const other = inFlight.overlay(QUESTION, known(once(2)));
    expect(other.postbacks[0]).toMatchObject({ state: 'new', lockOwner: once(1).id });
  });

  it('returns the answer of the log itself where nothing of the event is in flight', () => {
    const inFlight = new InFlightSet();
    inFlight.add(once(1));
    const answer = known(once(2));
    expect(inFlight.overlay({ ...QUESTION, goals: [PURCHASE] }, answer)).toBe(answer);
  });

  it('keeps what was recorded during a look-up, whose answer may be older', () => {
    const inFlight = new InFlightSet();
    inFlight.add(once(1));
    inFlight.beginLookup();
    inFlight.delete(once(1));
    expect(inFlight.has(once(1).id)).toBe(false);
    expect(inFlight.overlay(QUESTION, known(once(1))).postbacks[0]).toMatchObject({
      state: 'known',
    });
    expect(inFlight.overlay(QUESTION, known(once(2))).postbacks[0]).toMatchObject({
      lockOwner: once(1).id,
    });
    inFlight.endLookup();
    expect(inFlight.overlay(QUESTION, known(once(1))).postbacks[0]).toMatchObject({ state: 'new' });
    expect(inFlight.overlay(QUESTION, known(once(2))).postbacks[0]).not.toHaveProperty('lockOwner');
  });
});
