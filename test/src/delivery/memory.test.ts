import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openDryRunPeople } from '../../../src/log/sqlite/people/known-people.js';
import type { ConversionEvent } from '../../../src/events/conversion-event.js';
import { makeLine } from '../../kit/test-workspace.js';
import { parseLine } from '../../kit/events.js';
import { makeFolder, openLog } from '../../kit/log.js';

const DAY_MS = 86_400_000;

function parse(line: string): ConversionEvent {
  const parsed = parseLine(line);
  if ('invalid' in parsed) throw new Error(parsed.invalid.message);
  return parsed.event;
}

const VISIT = parse(
  makeLine(1, { type: 'page', eventName: undefined, userId: undefined, anonymousId: 'visitor' }),
);
const ALIAS = parse(
  makeLine(2, { type: 'alias', eventName: undefined, fromId: 'visitor', toId: 'player' }),
);
const PURCHASE = parse(makeLine(9, { userId: 'player', anonymousId: 'game' }));

describe('a dry run joins what the log knows with what it reads', () => {
  it.each<[string, ConversionEvent[], ConversionEvent[]]>([
    ['both in the log', [VISIT, ALIAS], []],
    ['both in the dry run', [], [VISIT, ALIAS]],
    ['the alias in the log, the click in the dry run', [ALIAS], [VISIT]],
    ['the click in the log, the alias in the dry run', [VISIT], [ALIAS]],
  ])('%s', async (_, logged, read) => {
    const log = openLog(join(makeFolder(), 'delivery.db'));
    await log.write(() => log.people.note(logged));
    const memory = openDryRunPeople(log.people);
    memory.remember(read);
    expect(memory.findClick(PURCHASE, 30 * DAY_MS)?.fields.utm_source).toBe('amazon_ads');
    memory.close();
    await log.close({});
  });

  it('knows who was erased under a name that an alias has just joined', async () => {
    const log = openLog(path());
    await log.write(() => log.people.suppressions.add([log.people.keys.ofId('visitor')], 1));
    const memory = openDryRunPeople(log.people);
    expect(memory.isSuppressed(PURCHASE)).toBe(false);
    memory.remember([ALIAS]);
    expect(memory.isSuppressed(PURCHASE)).toBe(true);
    memory.close();
    await log.close({});
  });

  it('remembers nothing of the dry run, and works without a log', () => {
    const memory = openDryRunPeople(undefined);
    memory.remember([VISIT, ALIAS]);
    expect(memory.findClick(PURCHASE, 30 * DAY_MS)).toBeDefined();
    memory.close();
    const again = openDryRunPeople(undefined);
    expect(again.findClick(PURCHASE, 30 * DAY_MS)).toBeUndefined();
    again.close();
  });
});

function path(): string {
  return join(makeFolder(), 'delivery.db');
}
