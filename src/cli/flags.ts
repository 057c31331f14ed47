import { Args, Flags, type Interfaces } from '@oclif/core';
import { UsageError } from '../errors.js';
import { parseDuration, parseMoment } from './duration.js';

/** The environment variable of a flag: `dry-run` is `POSTBACK_DRY_RUN`. */
export function envNameOf(flag: string): string {
  return `POSTBACK_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/**
 * Gives every flag of a command its environment variable. Each command's flags pass through here.
 */
export function defineFlags<T extends Interfaces.FlagInput>(flags: T): T {
  for (const [name, flag] of Object.entries(flags)) flag.env = envNameOf(name);
  return flags;
}

/**
 * Keeps oclif from reading arguments out of stdin, which belongs to the events. Each command's
 * arguments pass through here.
 */
export function defineArgs<T extends Interfaces.ArgInput>(args: T): T {
  for (const arg of Object.values(args)) arg.ignoreStdin = true;
  return args;
}

/** An argument: text. `multiple: true` takes all that follow. */
export const argument = Args.string;

/** Group of flags that help names without describing them, unless it is `--verbose`. */
export const ADVANCED = { helpGroup: 'ADVANCED' } as const;

/** A switch: on when named, else off. */
export const toggle = (
  options: Partial<Interfaces.BooleanFlag<boolean>> = {},
): Interfaces.BooleanFlag<boolean> => Flags.boolean({ default: false, ...options });

/** `--yes`, which answers the question of a command that cannot be undone. */
export const yesFlag = (summary = 'do not ask'): Interfaces.BooleanFlag<boolean> =>
  toggle({ char: 'y', summary });

/** A flag with a text. */
export const text = Flags.string;

/** A flag with one of `options`. */
export const choice = Flags.option;

/** A flag with a whole number between `min` and `max`. */
export const integer = Flags.integer;

/** How a flag that may be given several times is taken apart. */
export type ListRule = {
  /** The values that it may have; any text where there are none. */
  choices?: readonly string[];
  /** Keep commas: values such as filters contain them. */
  whole?: boolean;
};

/**
 * A flag that may be given several times, or once with commas (`--network amazon,meta`), as in its
 * environment variable. Never swallows the argument after its value.
 */
export const list = Flags.custom<string, ListRule>({
  multiple: true,
  multipleNonGreedy: true,
  parse: async (input, _context, rule) => {
    for (const value of splitListValue(input, rule)) {
      if (rule.choices && !rule.choices.includes(value)) {
        throw new UsageError(
          'bad_flag_value',
          `"${value}" is not one of ${rule.choices.join(', ')}.`,
        );
      }
    }
    return input;
  },
});

/** The values in one occurrence of a {@link list} flag. */
export function splitListValue(input: string, rule: ListRule): string[] {
  if (rule.whole) return [input];
  return input
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** A flag with a number of 0 or more, decimals allowed. */
export const decimal = Flags.custom<number>({
  parse: async (input) => {
    if (/^\d{1,9}(?:\.\d{1,9})?$/.test(input)) return Number(input);
    throw new UsageError('bad_number', `"${input}" is not a number of 0 or more.`, {
      hint: 'Write 5, 0.5 or 0.',
    });
  },
});

/** A flag with a duration (`30s`, `24h`): milliseconds. */
export const duration = Flags.custom<number>({
  helpValue: 'DURATION',
  parse: async (input) => parseDuration(input),
});

/** A flag with a point in time, ISO 8601 or a duration ago: epoch milliseconds. */
export const moment = Flags.custom<number>({
  helpValue: '24h|TIME',
  parse: async (input) => parseMoment(input, Date.now()),
});

/** A flag with a rate in percent, 0 to 100. */
export const percent = Flags.custom<number>({
  helpValue: 'PERCENT',
  parse: async (input) => {
    const value = /^\d{1,3}(?:\.\d+)?%?$/.test(input) ? Number.parseFloat(input) : Number.NaN;
    if (!(value <= 100))
      throw new UsageError('bad_percent', `Invalid rate "${input}". Expected a percentage.`, {
        hint: 'Write 98.',
      });
    return value;
  },
});

/** The flags that every command has. */
export const globalFlags = defineFlags({
  json: toggle({
    summary: 'print data as JSON, and errors as one JSON object',
    helpGroup: 'GLOBAL',
  }),
  workspace: text({
    summary: "which game's goals, connections and log to use",
    helpValue: 'NAME',
    helpGroup: 'GLOBAL',
  }),
  gateway: text({
    summary: 'send every request to URL/<host>/<path>',
    helpValue: 'URL',
    helpGroup: 'GLOBAL',
  }),
  sandbox: toggle({
    summary: 'run against an embedded sandbox, in a workspace of its own',
    helpGroup: 'GLOBAL',
  }),
  'no-color': toggle({ summary: 'print without color', helpGroup: 'GLOBAL' }),
});

const SWITCH_WORDS = ['1', 'true', 'y', 'yes', '0', 'false', 'n', 'no'];

/**
 * Refuses a switch whose environment variable is neither on nor off: oclif would take
 * `POSTBACK_DRY_RUN=on` for off, and send.
 *
 * @throws {UsageError} naming the variable and what it may be.
 */
export function checkSwitches(flags: Interfaces.FlagInput, environment: NodeJS.ProcessEnv): void {
  for (const [name, flag] of Object.entries(flags)) {
    const value = environment[envNameOf(name)];
    if (flag.type !== 'boolean' || value === undefined || value === '') continue;
    if (SWITCH_WORDS.includes(value.toLowerCase())) continue;
    throw new UsageError(
      'bad_variable',
      `${envNameOf(name)} is "${value}"; expected true or false.`,
      {
        hint: 'Set it to true or false.',
      },
    );
  }
}

/**
 * Values of a variable that belong to the flag of that name of other commands: `--format` of
 * events and of `stats`, `--template` of `goals add` and the file of `connect http`.
 */
const OTHER_USES: Readonly<Record<string, RegExp>> = {
  format: /^(?:auto|audience|segment|ecapi|ga4|snowplow|cloudevents|google|prometheus)$/,
  template: /[./\\]/,
};

/**
 * Returns the flags without the variables whose value belongs to a flag of the same name of another
 * command, so that `POSTBACK_FORMAT=ga4` for `send` does not break `stats`. A value that no command
 * knows stays, and is refused.
 */
export function dropOtherUses<T extends Interfaces.FlagInput>(
  flags: T,
  environment: NodeJS.ProcessEnv,
): T {
  const kept = { ...flags };
  for (const [name, flag] of Object.entries(flags)) {
    const value = environment[envNameOf(name)];
    if (flag.type !== 'option' || !flag.options || value === undefined) continue;
    if (flag.options.includes(value) || !OTHER_USES[name]?.test(value)) continue;
    Object.assign(kept, { [name]: { ...flag, env: undefined } });
  }
  return kept;
}
