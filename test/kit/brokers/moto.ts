import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';

import { findFreePorts, type RunningServer, startServer } from './server.js';

/** A Python environment with moto, which `.ci/run` makes. */
const MOTO =
  process.env['POSTBACK_TEST_MOTO'] ?? join(homedir(), '.cache', 'postback-test', 'moto');
const PYTHON = join(MOTO, 'bin', 'python3');

export const hasMoto = existsSync(PYTHON);

/** Account that moto gives everything to. */
export const MOTO_ACCOUNT = '123456789012';
export const MOTO_REGION = 'eu-west-1';

/** A server that imitates S3 and SQS. It keeps everything in memory. */
export class TestMoto {
  readonly #server: RunningServer;
  /** Variables for the program under test. */
  readonly env: NodeJS.ProcessEnv;
  readonly s3: S3Client;
  readonly sqs: SQSClient;

  private constructor(server: RunningServer) {
    this.#server = server;
    const endpoint = `http://127.0.0.1:${server.port}`;
    const credentials = { accessKeyId: 'test-key', secretAccessKey: 'test-secret' };
    this.env = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: MOTO_REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const shared = { endpoint, region: MOTO_REGION, credentials };
    this.s3 = new S3Client({ ...shared, forcePathStyle: true });
    this.sqs = new SQSClient(shared);
  }

  static async start(): Promise<TestMoto> {
    const [port = 0] = await findFreePorts(1);
    const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
    return new TestMoto(await startServer(PYTHON, args, { port }));
  }

  async stop(): Promise<void> {
    this.s3.destroy();
    this.sqs.destroy();
    await this.#server.stop();
  }
}
