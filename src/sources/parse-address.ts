import { UsageError } from '../errors.js';
import type {
  KafkaAddress,
  NatsAddress,
  S3Address,
  SourceAddress,
  SqsAddress,
} from '../events/source-address.js';
import { rememberSecretText } from '../secret.js';

/** How an address of each kind is written. */
const FORMS: Readonly<Record<string, string>> = {
  kafka: 'kafka://BROKER[:PORT][,BROKER[:PORT]...]/TOPIC[?group=NAME]',
  nats: 'nats://HOST[:PORT][,HOST[:PORT]...]/STREAM[/CONSUMER]',
  sqs: 'sqs://REGION/ACCOUNT/QUEUE',
  s3: 's3://BUCKET/PREFIX*',
};

const EXAMPLES: Readonly<Record<string, string>> = {
  kafka: 'kafka://broker-1:9092,broker-2:9092/events?group=postback',
  nats: 'nats://localhost:4222/EVENTS',
  sqs: 'sqs://eu-west-1/123456789012/events',
  s3: 's3://my-bucket/2026/11/*',
};

/** Where the secrets of each kind come from. */
const SECRETS: Readonly<Record<string, string>> = {
  kafka: 'Set POSTBACK_KAFKA_USERNAME and POSTBACK_KAFKA_PASSWORD.',
  nats: 'Set POSTBACK_NATS_CREDS_FILE, POSTBACK_NATS_TOKEN, or POSTBACK_NATS_USERNAME and _PASSWORD.',
  sqs: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a profile or role.',
  s3: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a profile or role.',
};

const HOST = /^(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(?::(\d{1,5}))?$/i;
/** https://kafka.apache.org/documentation/#topicconfigs (read 2026-12-01): 249 characters. */
const TOPIC = /^(?!\.{1,2}$)[\w.-]{1,249}$/;
/** Streams and consumers: https://docs.nats.io/running-a-nats-service/nats_admin/jetstream_admin/naming (read 2026-12-01). */
const NATS_NAME = /^[^\s.*>/\\]{1,255}$/;
const NATS_SUBJECT = /^(?!\.)[^\s*>/\\]{1,255}$/;
const GROUP = /^[\w.@:-]{1,255}$/;
const REGION = /^[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html (read 2026-12-01). */
const QUEUE = /^(?=.{1,80}$)[\w-]+(?:\.fifo)?$/;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (read 2026-12-01). */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Whether an argument is an address and not the name of a file. */
export function isAddress(argument: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(argument);
}

/**
 * Parses the address of a source.
 * @throws UsageError that says what is expected; it repeats nothing that may be a secret
 */
export function parseAddress(text: string): SourceAddress {
  const { kind, authority, path, query } = split(text);
  if (kind === 'kafka') return parseKafka(authority, path, query);
  if (kind === 'nats') return parseNats(authority, path, query);
  refuseQuery(kind, query);
  return kind === 'sqs' ? parseSqs(authority, path) : parseS3(authority, path);
}

/**
 * Parses an address that rejected records are written to: a topic of Kafka, or a stream or subject
 * of NATS.
 * @throws UsageError as {@link parseAddress}
 */
export function parseRejectsAddress(text: string): KafkaAddress | NatsAddress {
  const { kind, authority, path, query } = split(text);
  if (kind === 'kafka') {
    refuseQuery(kind, query);
    return parseKafka(authority, path, '');
  }
  if (kind === 'nats') {
    refuseQuery(kind, query);
    const servers = readHosts('nats', authority, 4222);
    if (!NATS_SUBJECT.test(path))
      throw refuse('nats', path === '' ? 'The stream or subject is missing.' : describe(path));
    return { kind, servers, stream: path, url: `nats://${servers.join(',')}/${path}` };
  }
  throw new UsageError('invalid_source', `Rejected records cannot be written to ${kind}://.`, {
    hint: 'Use a file, kafka://BROKER/TOPIC or nats://HOST/STREAM.',
  });
}

interface Parts {
  kind: SourceAddress['kind'];
  authority: string;
  /** Without the first slash. */
  path: string;
  query: string;
}

function split(text: string): Parts {
  const [, kind = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text) ?? [];
  const known = kind.toLowerCase();
  if (!(known in FORMS)) {
    throw new UsageError('invalid_source', `Unknown kind of source "${kind}://".`, {
      hint: `Expected a file, or one of: ${Object.values(FORMS).join(', ')}.`,
    });
  }
  const [, authority = '', path = '', query = ''] =
    /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(rest) ?? [];
  refuseSecrets(known, authority);
  return { kind: known as Parts['kind'], authority, path, query };
}

/** A secret in an argument is visible to every process of the machine. */
function refuseSecrets(kind: string, authority: string): void {
  const at = authority.lastIndexOf('@');
  if (at < 0) return;
  for (const part of authority.slice(0, at).split(/[:,@]/)) if (part) rememberSecretText(part);
  throw new UsageError(
    'secret_in_address',
    `The ${kind}:// address holds a user name or password. Secrets come from variables only.`,
    { hint: SECRETS[kind] as string },
  );
}

function parseKafka(authority: string, path: string, query: string): KafkaAddress {
  const brokers = readHosts('kafka', authority, 9092);
  if (!TOPIC.test(path))
    throw refuse('kafka', path === '' ? 'The topic is missing.' : describe(path));
  const group = readGroup(query);
  return {
    kind: 'kafka',
    brokers,
    topic: path,
    ...(group === undefined ? {} : { group }),
    url: `kafka://${brokers.join(',')}/${path}`,
  };
}

function readGroup(query: string): string | undefined {
  if (query === '') return undefined;
  const parameters = [...new URLSearchParams(query)];
  const other = parameters.find(([name]) => name !== 'group');
  if (other) throw refuse('kafka', `Unknown parameter "${other[0]}"; expected group.`);
  const [[, group] = ['', '']] = parameters;
  if (!GROUP.test(group)) throw refuse('kafka', `Invalid group "${group}".`);
  return group;
}

function parseNats(authority: string, path: string, query: string): NatsAddress {
  refuseQuery('nats', query);
  const servers = readHosts('nats', authority, 4222);
  const [stream = '', consumer, ...more] = path.split('/');
  if (stream === '') throw refuse('nats', 'The stream is missing.');
  for (const name of [stream, consumer ?? 'absent'])
    if (!NATS_NAME.test(name) || more.length > 0) throw refuse('nats', describe(path));
  return {
    kind: 'nats',
    servers,
    stream,
    ...(consumer === undefined ? {} : { consumer }),
    url: `nats://${servers.join(',')}/${path}`,
  };
}

function parseSqs(region: string, path: string): SqsAddress {
  const [account = '', queue = '', ...more] = path.split('/');
  if (!REGION.test(region)) throw refuse('sqs', `"${region}" is not an AWS region.`);
  if (!/^\d{12}$/.test(account)) throw refuse('sqs', 'The account is a number of 12 digits.');
  if (!QUEUE.test(queue) || more.length > 0)
    throw refuse('sqs', queue === '' ? 'The queue is missing.' : describe(path));
  return { kind: 'sqs', region, account, queue, url: `sqs://${region}/${account}/${queue}` };
}

function parseS3(bucket: string, pattern: string): S3Address {
  if (!BUCKET.test(bucket)) throw refuse('s3', `"${bucket}" is not the name of a bucket.`);
  if (pattern === '') throw refuse('s3', 'The prefix is missing; all of a bucket is *.');
  return { kind: 's3', bucket, pattern, url: `s3://${bucket}/${pattern}` };
}

function readHosts(kind: string, authority: string, defaultPort: number): string[] {
  if (authority === '') throw refuse(kind, 'The host is missing.');
  return authority.split(',').map((host) => {
    const [found, port] = HOST.exec(host) ?? [];
    if (found === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535)
      throw refuse(kind, `Invalid host "${host}".`);
    return port === undefined ? `${host}:${defaultPort}` : host;
  });
}

function refuseQuery(kind: string, query: string): void {
  if (query !== '') throw refuse(kind, 'It takes no parameters.');
}

function describe(path: string): string {
  return `"${path}" is not a valid name there.`;
}

function refuse(kind: string, problem: string): UsageError {
  return new UsageError('invalid_source', `Invalid ${kind}:// address. ${problem}`, {
    hint: `Expected ${FORMS[kind]}, for example ${EXAMPLES[kind]}.`,
  });
}
