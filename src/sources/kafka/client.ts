import kafka, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs';

import { adviseOnSecrets } from '../../ci-secrets.js';
import { ConfigError } from '../../errors.js';
import { readNamedFile, readSecret, readTls, readVariable, type Variables } from '../variables.js';
import { registerCodecs } from './codecs.js';

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** How often a request is tried, and the first wait, in milliseconds. */
const RETRY = { initialRetryTime: 300, retries: 4, maxRetryTime: 5_000 };
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Makes the client of some brokers, with the credentials of the variables. Nothing is connected
 * yet. It writes no log of its own.
 * @throws ConfigError for variables that cannot be used
 */
export function makeKafka(brokers: readonly string[], variables: Variables): Kafka {
  registerCodecs();
  const sasl = readSasl(variables);
  const hasTls = readTls(variables, 'POSTBACK_KAFKA', {
    hosts: brokers,
    sendsSecret: sasl !== undefined,
  });
  const ca = readNamedFile(variables, 'POSTBACK_KAFKA_CA_FILE');
  const config: KafkaConfig = {
    clientId: 'postback',
    brokers: [...brokers],
    connectionTimeout: CONNECT_TIMEOUT_MS,
    retry: RETRY,
    ssl: hasTls ? (ca === undefined ? true : { ca: [ca] }) : false,
    logCreator: () => () => undefined,
    ...(sasl === undefined ? {} : { sasl }),
  };
  return new kafka.Kafka(config);
}

function readSasl(variables: Variables): SASLOptions | undefined {
  const username = readVariable(variables, 'POSTBACK_KAFKA_USERNAME');
  const secret = readSecret(variables, 'POSTBACK_KAFKA_PASSWORD');
  if (username === undefined && secret === undefined) return undefined;
  if (username === undefined || secret === undefined) {
    const missing = `POSTBACK_KAFKA_${username === undefined ? 'USERNAME' : 'PASSWORD'}`;
    const both = 'Set both POSTBACK_KAFKA_USERNAME and POSTBACK_KAFKA_PASSWORD, or neither.';
    const advice = adviseOnSecrets([missing], variables);
    throw new ConfigError('bad_variable', `${missing} is not set.`, {
      hint: advice ? `${both} ${advice.hint}` : both,
    });
  }
  const text = readVariable(variables, 'POSTBACK_KAFKA_MECHANISM') ?? 'plain';
  const mechanism = MECHANISMS.find((known) => known === text.toLowerCase());
  if (mechanism === undefined) {
    throw new ConfigError('bad_variable', `POSTBACK_KAFKA_MECHANISM is "${text}".`, {
      hint: `Expected one of: ${MECHANISMS.join(', ')}.`,
    });
  }
  return { mechanism, username, password: secret.reveal() };
}
