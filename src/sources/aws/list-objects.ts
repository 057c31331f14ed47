import { setTimeout as wait } from 'node:timers/promises';
import { Readable } from 'node:stream';

import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';

import { InputError } from '../../errors.js';
import type { Input } from '../../events/input-types.js';
import type { S3Address } from '../../events/source-address.js';
import { readVariable, type Variables } from '../variables.js';
import { explainAws, isPassing } from './aws-faults.js';
import { matchesPattern } from './key-pattern.js';

/** Where a bucket is looked for first; the SDK follows the answer to its region. */
const FIRST_REGION = 'us-east-1';
/** How often one object is asked for again where its bytes break off. */
const MAX_RETRIES = 5;
const RETRY_MS = 500;

export interface FoundObject {
  key: string;
  etag: string;
  size: number;
  /** Changes when the object does. */
  version: string;
  /** When it was last written, by the clock of the service, in milliseconds. */
  changedMs: number;
}

/** Makes the client of a bucket in any region. */
export function makeBucketClient(variables: Variables): S3Client {
  return new S3Client({
    region: readVariable(variables, 'AWS_REGION') ?? FIRST_REGION,
    followRegionRedirects: true,
    // Other servers of the same protocol rarely have a host name for each bucket.
    forcePathStyle: readVariable(variables, 'AWS_ENDPOINT_URL') !== undefined,
  });
}

/**
 * Lists the objects of a bucket that an address names, in the order of their keys. Each is an input
 * that is fetched when it is read.
 * @throws InputError when the bucket cannot be read, or holds no such object
 */
export async function listObjects(
  { address, format }: Input & { address: S3Address },
  variables: Variables,
): Promise<Input[]> {
  const { bucket, pattern, url } = address;
  const client = makeBucketClient(variables);
  const found = await findObjects(client, address);
  if (found.length === 0) {
    throw new InputError('no_objects', `${url}: no object of ${bucket} matches ${pattern}.`, {
      hint: 'In the address, * matches any characters, including /.',
    });
  }
  return found.map((object) => ({
    name: `s3://${bucket}/${object.key}`,
    ...(format === undefined ? {} : { format }),
    address,
    version: object.version,
    stream: () => openObject(client, bucket, object),
  }));
}

/** Opens the bytes of an object. */
export function openObject(client: S3Client, bucket: string, object: FoundObject): Readable {
  return Readable.from(readObject(client, bucket, object), { objectMode: false });
}

/**
 * Lists the objects that an address names, in the order of their keys; empty ones are left out.
 * @throws InputError when the bucket cannot be read
 */
export async function findObjects(client: S3Client, address: S3Address): Promise<FoundObject[]> {
  const { bucket, pattern, url } = address;
  const [prefix = ''] = pattern.split('*');
  const found: FoundObject[] = [];
  let token: string | undefined;
  do {
    try {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
      );
      for (const {
        Key: key = '',
        ETag: etag = '',
        Size: size = 0,
        LastModified,
      } of page.Contents ?? []) {
        if (size === 0 || !matchesPattern(key, pattern)) continue;
        const changedMs = LastModified?.getTime() ?? 0;
        found.push({ key, etag, size, changedMs, version: `${etag} ${size}` });
      }
      token = page.NextContinuationToken;
    } catch (error) {
      throw explainAws(url, error);
    }
  } while (token !== undefined);
  return found;
}

/** The bytes of an object. Where they break off, the rest is asked for. */
async function* readObject(
  client: S3Client,
  bucket: string,
  { key, etag, size }: FoundObject,
): AsyncGenerator<Buffer> {
  let at = 0;
  for (let retries = 0; at < size;) {
    try {
      const range = at === 0 ? {} : { Range: `bytes=${at}-` };
      const { Body: body } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag, ...range }),
      );
      for await (const chunk of body as AsyncIterable<Buffer>) {
        yield chunk;
        at += chunk.length;
        retries = 0;
      }
      if (at >= size) return;
      throw new Error(`the answer ended after ${at} of ${size} bytes`);
    } catch (error) {
      if (!isPassing(error) && at === 0) throw explainAws(`s3://${bucket}/${key}`, error);
      if (++retries > MAX_RETRIES) throw explainAws(`s3://${bucket}/${key}`, error);
      await wait(RETRY_MS * retries);
    }
  }
}
