import { describe, expect, it } from 'vitest';

import { UsageError } from '../../../src/errors.js';
import { parseAddress, parseRejectsAddress } from '../../../src/sources/parse-address.js';

describe('parseAddress', () => {
  it.each([
    ['kafka://b1/events', { brokers: ['b1:9092'], topic: 'events' }],
    ['kafka://b1:1,b2:2/a.b?group=x.y', { brokers: ['b1:1', 'b2:2'], topic: 'a.b', group: 'x.y' }],
    ['kafka://[::1]:9092/t', { brokers: ['[::1]:9092'], topic: 't' }],
    ['nats://n1,n2:4223/EVENTS/c', { servers: ['n1:4222', 'n2:4223'], consumer: 'c' }],
    ['NATS://n1/EVENTS', { kind: 'nats', stream: 'EVENTS' }],
    ['sqs://eu-west-1/123456789012/q.fifo', { region: 'eu-west-1', queue: 'q.fifo' }],
    ['s3://my-bucket/a/*.gz', { bucket: 'my-bucket', pattern: 'a/*.gz' }],
  ])('reads %s', (text, expected) => {
    expect(parseAddress(text)).toMatchObject(expected);
  });

  it.each([
    ['kafka://', /The host is missing/],
    ['kafka://b', /The topic is missing/],
    ['kafka://b/', /The topic is missing/],
    ['kafka://b/a/b', /not a valid name/],
    ['kafka://b,/t', /Invalid host ""/],
    ['kafka://b:0/t', /Invalid host/],
    ['kafka://b/t?groups=x', /Unknown parameter "groups"/],
    ['kafka://b/t?group=', /Invalid group/],
    ['nats://h', /The stream is missing/],
    ['nats://h/A.B', /not a valid name/],
    ['nats://h/A/b/c', /not a valid name/],
    ['nats://h/A?x=1', /takes no parameters/],
    ['sqs://eu/123456789012/q', /not an AWS region/],
    ['sqs://eu-west-1/1234/q', /12 digits/],
    ['sqs://eu-west-1/123456789012', /The queue is missing/],
    ['s3://UPPER/x', /not the name of a bucket/],
    ['s3://bucket', /The prefix is missing/],
    ['amqp://h/q', /Unknown kind of source/],
    ['https://h/q', /Unknown kind of source/],
  ])('refuses %s and says what is expected', (text, problem) => {
    expect(() => parseAddress(text)).toThrow(problem);
    try {
      parseAddress(text);
    } catch (error) {
      expect((error as UsageError).hint).toMatch(/^Expected /);
    }
  });

  it.each(['kafka://user:hunter22@b/t', 'nats://hunter22@h/S', 's3://a:hunter22@bucket/x'])(
    'refuses the secret in %s without repeating it',
    (text) => {
      const error = catchError(() => parseAddress(text));
      expect(error).toMatchObject({ code: 'secret_in_address' });
      expect(`${error.message} ${error.hint}`).not.toContain('hunter22');
    },
  );

  it('takes topics, streams and subjects for rejected records, nothing else', () => {
    expect(parseRejectsAddress('nats://h/rejects.game')).toMatchObject({ stream: 'rejects.game' });
    expect(parseRejectsAddress('kafka://b/rejects')).toMatchObject({ topic: 'rejects' });
    for (const text of ['s3://bucket/x', 'sqs://eu-west-1/123456789012/q', 'kafka://b/t?group=g'])
      expect(catchError(() => parseRejectsAddress(text))).toBeInstanceOf(UsageError);
  });
});

function catchError(work: () => unknown): UsageError {
  try {
    work();
  } catch (error) {
    return error as UsageError;
  }
  throw new Error('nothing was thrown');
}
