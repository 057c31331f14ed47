import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../src/config/settings.js';
import { UNSERVED_CLICK_IDS } from '../../src/events/conversion-event.js';
import { PROFILES } from '../../src/networks/profiles.js';
import type { NetworkProfile } from '../../src/networks/profile.js';
import { findNetwork } from '../../src/networks/registry.js';
import { SANDBOX_SEEDS } from '../../src/sandbox/networks.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DAY_HOURS = 24;
const HOUR_MS = 3_600_000;

const read = (page: string): string => readFileSync(`${ROOT}${page}`, 'utf8');

/** Cells of the rows of a page's tables, without their heads. */
function listRows(page: string): string[][] {
  return [...read(page).matchAll(/^\|(.+)\|$/gm)].map(([, row]) =>
    row!.split(/(?<!\\)\|/).map((cell) => cell.trim()),
  );
}

/** Names of pages that the first cells of a page's tables link to, in their order. */
function listLinked(page: string, folder: string): string[] {
  return listRows(page).flatMap(([first = '']) => {
    const [, name] = new RegExp(`\\]\\(${folder}(\\w+)\\.md\\)`).exec(first) ?? [];
    return name === undefined ? [] : [name];
  });
}

/** Click fields of a profile, those of the browser included. */
function clickFieldsOf({ clickIds, browserIds = [], lateClickIds = [] }: NetworkProfile): string[] {
  return [...clickIds, ...browserIds, ...lateClickIds];
}

function variableNamesOf({ name, variables }: NetworkProfile): string[] {
  return variables.rules.map(({ suffix }) => `POSTBACK_${name.toUpperCase()}_${suffix}`);
}

/** The window of the network's connection in the sandbox, in hours. */
function windowHoursOf(name: NetworkProfile['name']): number {
  const { connection } = SANDBOX_SEEDS.find((seed) => seed.connection.network === name)!;
  const channel = findNetwork(connection.network)!.open(
    { ...connection, source: 'store' },
    defaultSettings(),
  );
  return channel.limits.windowMs / HOUR_MS;
}

const names = PROFILES.map(({ name }) => name);

describe('lists of networks name them all, in the order of the registry', () => {
  test('docs/networks.md', () => {
    expect(listLinked('docs/networks.md', 'networks/')).toEqual([...names, 'http']);
  });

  test('docs/reference/README.md', () => {
    const pages = listLinked('docs/reference/README.md', '');
    expect(pages.filter((page) => (names as string[]).includes(page))).toEqual(names);
  });

  test('README.md', () => {
    const named = [...read('README.md').matchAll(/\*\*([A-Z][\w ]*)\*\*/g)].map(
      ([, brand]) => brand!,
    );
    const brands = PROFILES.map(({ brand }) => brand);
    const found = brands.map((brand) => named.findIndex((text) => text.startsWith(brand)));
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(brands.filter((_, index) => found[index] === -1)).toEqual([]);
  });

  test('docs/sandbox.md leads to the ids of each of them', () => {
    const text = read('docs/sandbox.md');
    const missing = names.filter((name) => !text.includes(`(networks/${name}.md`));
    // Those of Amazon are on the page itself.
    expect(missing.filter((name) => name !== 'amazon')).toEqual([]);
  });
});

test('docs/events.md has every click field that is read, and no other', () => {
  const [row] = listRows('docs/events.md').filter(([, meaning]) => meaning === 'the click');
  const named = [...row![0]!.matchAll(/`([\w*]+)`/g)].map(([, field]) => field!);
  const known = new Set([
    ...PROFILES.flatMap(clickFieldsOf),
    ...Object.keys(UNSERVED_CLICK_IDS),
    'utm_*',
  ]);
  // A cookie that is an alias of another field is on the page of its network.
  known.delete('fb_click_id');
  expect(named.toSorted()).toEqual([...known].toSorted());
});

test('docs/ci.md has every variable of a connection, and says which are optional', () => {
  const [, section = ''] = read('docs/ci.md').split(/^## (?:Variables|Keep the log)$/m);
  const prefixes = PROFILES.map(({ name }) => name.toUpperCase()).join('|');
  const written = new RegExp(`\`(POSTBACK_(?:${prefixes})_\\w+)\`( \\(optional\\))?`, 'g');
  const found = [...section.matchAll(written)].map(([, name, optional]) => [
    name!,
    optional !== undefined,
  ]);
  const known = PROFILES.flatMap((profile) =>
    profile.variables.rules.map(({ optional }, index) => [
      variableNamesOf(profile)[index]!,
      optional === true,
    ]),
  );
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(known));
});

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))(
  'docs/networks/%s.md',
  (name, profile) => {
    const page = `docs/networks/${name}.md`;
    const text = read(page);

    test('names the variables of a connection', () => {
      const missing = profile.variables.rules.filter(
        ({ suffix }) =>
          !text.includes(`POSTBACK_${name.toUpperCase()}_${suffix}`) &&
          !text.includes(`\`_${suffix}\``),
      );
      // A page may leave them to the one about CI.
      expect(text.includes('../ci.md') ? [] : missing).toEqual([]);
    });

    test('names the click ids', () => {
      expect(profile.clickIds.filter((field) => !text.includes(`\`${field}\``))).toEqual([]);
    });

    test('names the settings', () => {
      const settings = Object.keys(profile.settings ?? {});
      expect(settings.filter((setting) => !text.includes(setting))).toEqual([]);
    });

    test('says the window that holds', () => {
      const [, words = ''] = listRows(page).find(([first]) => first === 'window')!;
      const hours = [...words.matchAll(/(\d+) (day|hour)s?\b/g)].map(
        ([, count, unit]) => Number(count) * (unit === 'day' ? DAY_HOURS : 1),
      );
      expect(hours).toContain(windowHoursOf(name));
    });

    test('has a page of facts', () => {
      expect(existsSync(`${ROOT}docs/reference/${name}.md`)).toBe(true);
    });
  },
);
