import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface FlagShape {
  env?: string;
  multiple?: boolean;
  multipleNonGreedy?: boolean;
  allowStdin?: unknown;
}

interface CommandShape {
  args: Record<string, { ignoreStdin?: boolean }>;
  flags: Record<string, FlagShape>;
  baseFlags: Record<string, FlagShape>;
  summary?: string;
  examples?: unknown[];
  prototype: object;
}

const root = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('oclif.manifest.json', root), 'utf8')) as {
  commands: Record<string, { pluginName: string; relativePath: string[] }>;
};

// Commands of oclif's own, help and shell completion, follow oclif's rules.
const ours = Object.entries(manifest.commands).filter(
  ([, { pluginName }]) => pluginName === 'postback',
);
const commands = await Promise.all(
  ours.map(async ([id, { relativePath }]) => {
    const module = (await import(new URL(relativePath.join('/'), root).href)) as {
      default: CommandShape;
    };
    return [id.replaceAll(':', ' '), module.default] as const;
  }),
);

it('there are commands', () => {
  expect(commands.length).toBeGreaterThan(0);
});

describe.each(commands)('postback %s', (_id, command) => {
  const flags = Object.entries({ ...command.baseFlags, ...command.flags });

  it('reads every flag from its variable, and nothing but events from stdin', () => {
    for (const [name, flag] of flags) {
      expect(flag.env, name).toBe(`POSTBACK_${name.toUpperCase().replaceAll('-', '_')}`);
      expect(flag.allowStdin, name).toBeFalsy();
    }
    for (const [name, arg] of Object.entries(command.args))
      expect(arg.ignoreStdin, name).toBe(true);
  });

  it('never takes an argument for the value of a repeatable flag', () => {
    for (const [name, flag] of flags)
      expect(flag.multiple === true && !flag.multipleNonGreedy, name).toBe(false);
  });

  it('has the global flags, and no flag for a secret', () => {
    const names = flags.map(([name]) => name);
    expect(names).toEqual(
      expect.arrayContaining(['json', 'workspace', 'gateway', 'sandbox', 'no-color']),
    );
    expect(names.filter((name) => /secret|password|token$/.test(name))).toEqual([]);
  });

  it('says what it is for, with an example', () => {
    expect(command.summary).toBeTruthy();
    expect(command.examples).not.toHaveLength(0);
  });

  it('leaves parsing and failing to BaseCommand', () => {
    expect(
      ['run', 'catch', 'finally'].filter((name) => Object.hasOwn(command.prototype, name)),
    ).toEqual([]);
  });
});
