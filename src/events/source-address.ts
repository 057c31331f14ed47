/** Where records come from that are not in a file: a topic, a stream, a queue or a bucket. */
export type SourceAddress = KafkaAddress | NatsAddress | SqsAddress | S3Address;

interface Address {
  /** The address without default values, for messages. It never holds a secret. */
  url: string;
}

export interface KafkaAddress extends Address {
  kind: 'kafka';
  /** `host:port` of the brokers that are asked first. */
  brokers: readonly string[];
  topic: string;
  /** Absent: the group of the workspace. */
  group?: string;
}

export interface NatsAddress extends Address {
  kind: 'nats';
  /** `host:port` of the servers. */
  servers: readonly string[];
  /** Name of the stream; of an address for rejects the name of a stream or a subject. */
  stream: string;
  /** Name of the durable consumer. Absent: that of the workspace. */
  consumer?: string;
}

export interface SqsAddress extends Address {
  kind: 'sqs';
  region: string;
  account: string;
  queue: string;
}

export interface S3Address extends Address {
  kind: 's3';
  bucket: string;
  /** The key, in which `*` stands for any characters. */
  pattern: string;
}
