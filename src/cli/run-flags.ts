import { FORMAT_CHOICES } from '../events/event-parser.js';
import { ADVANCED, choice, decimal, defineFlags, integer, list, text, toggle } from './flags.js';

/** Format of the input; by default detected from the first record. */
export const formatFlag = choice({
  summary: 'format of the input (default: detected from the first record)',
  options: FORMAT_CHOICES,
});

/** Flags of `send`, `backfill`, `tail` and `replay`. */
export const runFlags = defineFlags({
  network: list({ summary: 'only these networks', helpValue: 'NAME' }),
  goal: list({ summary: 'only these goals', helpValue: 'ID' }),
  format: formatFlag(),
  'allow-private': toggle({
    ...ADVANCED,
    summary: 'allow endpoints of the project file at loopback, private or link-local addresses',
  }),
  'dry-run': toggle({
    summary: 'show the plan and one request; send nothing',
  }),
  concurrency: integer({
    ...ADVANCED,
    summary: 'maximum requests in flight per account',
    min: 1,
    max: 256,
  }),
  rate: decimal({
    ...ADVANCED,
    summary:
      'requests per second per account, decimals allowed; 0 for no limit (default: the ' +
      "network's limit)",
    helpValue: 'N',
  }),
  'max-attempts': integer({
    ...ADVANCED,
    summary: 'maximum attempts per postback in this run',
    min: 1,
    max: 100,
  }),
  strict: toggle({
    summary: 'send nothing if a line is invalid; a stream stops there',
  }),
  wait: toggle({
    ...ADVANCED,
    summary: 'wait until networks that process asynchronously (google) have decided',
  }),
  requests: text({
    ...ADVANCED,
    summary: 'write every request of a dry run to this file, as JSON Lines',
    helpValue: 'FILE',
  }),
  rejects: text({
    summary: 'append what was not sent to this file, kafka:// or nats:// address',
    helpValue: 'FILE',
  }),
});

/** Flags of commands that read brokers. */
export const sourceFlags = defineFlags({
  'max-pending': integer({
    ...ADVANCED,
    summary: 'stop reading while this many postbacks wait for a network (default: 100000)',
    min: 1,
    max: 100_000_000,
  }),
});
