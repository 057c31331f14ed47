import { describe, expect, it } from 'vitest';
import {
  checkSwitches,
  choice,
  defineArgs,
  defineFlags,
  dropOtherUses,
  envNameOf,
  argument,
  percent,
  splitListValue,
  text,
  toggle,
} from '../../../src/cli/flags.js';
import { UsageError } from '../../../src/errors.js';
import { FORMAT_CHOICES } from '../../../src/events/event-parser.js';

it('each flag has the variable of its name', () => {
  const flags = defineFlags({ yes: toggle({}), 'max-attempts': text({}) });
  expect([flags.yes.env, flags['max-attempts'].env]).toEqual([
    'POSTBACK_YES',
    'POSTBACK_MAX_ATTEMPTS',
  ]);
  expect(envNameOf('no-color')).toBe('POSTBACK_NO_COLOR');
});

it('no argument is read from stdin', () => {
  expect(defineArgs({ file: argument({ multiple: true }) }).file.ignoreStdin).toBe(true);
});

it.each([
  ['amazon', {}, ['amazon']],
  ['amazon, meta,', {}, ['amazon', 'meta']],
  ['', {}, []],
  ['name=a,b', { whole: true }, ['name=a,b']],
])('the list %j with %j is %j', (input, rule, values) => {
  expect(splitListValue(input, rule)).toEqual(values);
});

describe('rates in percent', () => {
  const parse = (input: string): Promise<unknown> =>
    percent().parse(input, undefined as never, undefined as never);

  it.each([
    ['98', 98],
    ['99.5%', 99.5],
    ['0', 0],
    ['100', 100],
  ])('%s is %d', async (input, value) => {
    expect(await parse(input)).toBe(value);
  });

  it.each(['101', '-1', 'all', '', '1e2', '0.9.9'])('refuses %j', async (input) => {
    await expect(parse(input)).rejects.toThrow(UsageError);
  });
});

describe('a switch in the environment', () => {
  const flags = defineFlags({ 'dry-run': toggle({}), network: text({}) });

  it.each(['1', 'true', 'YES', '0', 'no', ''])('may be %j', (value) => {
    expect(() => {
      checkSwitches(flags, { POSTBACK_DRY_RUN: value, POSTBACK_NETWORK: 'on' });
    }).not.toThrow();
  });

  it.each(['on', 'off', 'dry', ' true'])('may not be %j, which would silently be off', (value) => {
    expect(() => {
      checkSwitches(flags, { POSTBACK_DRY_RUN: value });
    }).toThrow(UsageError);
  });
});

describe('a variable whose flag means something else in another command', () => {
  const stats = defineFlags({ format: choice({ options: ['prometheus'] as const })() });
  const send = defineFlags({ format: choice({ options: FORMAT_CHOICES })() });
  const add = defineFlags({ template: text({ options: ['first-purchase'] }) });

  it.each(FORMAT_CHOICES)('POSTBACK_FORMAT=%s for send leaves stats alone', (format) => {
    const environment = { POSTBACK_FORMAT: format };
    expect(dropOtherUses(stats, environment).format.env).toBeUndefined();
    expect(dropOtherUses(send, environment).format.env).toBe('POSTBACK_FORMAT');
    expect(stats.format.env).toBe('POSTBACK_FORMAT');
  });

  it('POSTBACK_FORMAT=prometheus for stats leaves send alone', () => {
    const environment = { POSTBACK_FORMAT: 'prometheus' };
    expect(dropOtherUses(send, environment).format.env).toBeUndefined();
    expect(dropOtherUses(stats, environment).format.env).toBe('POSTBACK_FORMAT');
  });

  it('POSTBACK_TEMPLATE=acme.json for connect http leaves goals add alone', () => {
    expect(dropOtherUses(add, { POSTBACK_TEMPLATE: 'acme.json' }).template.env).toBeUndefined();
  });

  it.each(['audiense', 'Prometheus', ''])('keeps the unknown format %j, to refuse it', (format) => {
    expect(dropOtherUses(stats, { POSTBACK_FORMAT: format }).format.env).toBe('POSTBACK_FORMAT');
    expect(dropOtherUses(send, { POSTBACK_FORMAT: format }).format.env).toBe('POSTBACK_FORMAT');
  });
});
