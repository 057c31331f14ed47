import { describe, expect, it } from 'vitest';

import { defaultSettings } from '../../../src/config/settings.js';
import type { ConversionEvent } from '../../../src/events/conversion-event.js';
import { compileGoals } from '../../../src/goals/match.js';
import { derivePostbackId } from '../../../src/identity/postback-id.js';
import { amazon } from '../../../src/networks/amazon/amazon.js';
import { makeConversion, openAmazon } from '../../kit/amazon.js';
import { NOBODY_KNOWN, planEvent, type TestPlanContext } from '../../kit/planning.js';
import type { Row } from './plan-rows.js';
import { AMAZON, BUY, HOUR_MS, NOW_MS, PERSON, ROWS } from './plan-rows.js';

function makePlanContext({
  goals = [BUY],
  settings,
  postbackState,
  memory,
  connection,
  only,
}: Row): TestPlanContext {
  const parts = {
    none: undefined,
    disabled: openAmazon(),
    'events-api': openAmazon({ api: 'events-api' }),
    eu: openAmazon({ api: 'events-api', region: 'eu' }),
  };
  const channel = connection === undefined ? openAmazon({}, settings) : parts[connection];
  const route = {
    network: amazon,
    enabled: connection !== 'disabled',
    ...(channel ? { channel } : {}),
  };
  return {
    workspace: 'game',
    settings: { ...defaultSettings(), ...settings },
    goals: compileGoals(goals),
    takesTestEvents: goals.some(({ testMap }) => Object.keys(testMap).length > 0),
    routes: new Map([['amazon', route]]),
    onlyNetworks: new Set(only === undefined ? [] : [only]),
    postbackState: () => postbackState ?? 'new',
    people: { ...NOBODY_KNOWN, ...memory },
  };
}

function makeEvent({ event, click }: Row): ConversionEvent {
  const base = {
    timeMs: NOW_MS - HOUR_MS,
    identifiers: PERSON,
    click: { fields: click ?? AMAZON },
  };
  return makeConversion({ value: '9.99', currency: 'USD', ...base, ...event });
}

describe('Planner', () => {
  it.each(ROWS)('$rule: $what → $plan', (row) => {
    const planContext = makePlanContext(row);
    const event = makeEvent(row);
    const { outgoing, skips } = planEvent(event, planContext, NOW_MS);
    const made = [
      ...skips.map(({ reason }) => `-${reason}`),
      ...outgoing.map(({ postback, mapping, resumes }) => {
        const target = typeof mapping === 'string' ? `:${mapping}` : '';
        return `${postback.goal}${target}${resumes ? ' resumed' : ''}`;
      }),
    ];
    expect(made).toEqual(row.plan);
    for (const { message } of skips) {
      expect(message).toMatch(/\w/);
      expect(message).not.toContain(PERSON.plain.email);
    }
    for (const { postback } of outgoing) {
      expect(postback.id).toBe(derivePostbackId('game', 'amazon', postback.goal, event.id));
      expect(JSON.stringify(postback)).not.toContain(PERSON.plain.email);
    }
  });

  it('stores a payload only for skips that a later replay may deliver', () => {
    const rows = ROWS.filter(({ plan }) => plan.length === 1 && plan[0]?.startsWith('-'));
    const kept = new Set<string>();
    const dropped = new Set<string>();
    for (const row of rows) {
      for (const { reason, postback } of planEvent(makeEvent(row), makePlanContext(row), NOW_MS)
        .skips) {
        (postback ? kept : dropped).add(reason);
      }
    }
    for (const reason of [
      'unmapped_goal',
      'network_disabled',
      'in_future',
      'no_country',
      'eu_consent_missing',
    ]) {
      expect(kept).toContain(reason);
    }
    for (const reason of [
      'organic',
      'consent_none',
      'suppressed',
      'too_old',
      'no_match_key',
      'duplicate',
    ]) {
      expect(kept).not.toContain(reason);
      expect(dropped).toContain(reason);
    }
  });
});
