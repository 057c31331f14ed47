import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

import { findFreePorts, hasCommand, type RunningServer, startServer } from './server.js';

export const hasNats = hasCommand('nats-server');

/** A NATS server with JetStream and a stream `EVENTS` on the subject `events`. */
export class TestNats {
  readonly #folder: string;
  readonly #args: readonly string[];
  readonly port: number;
  #server: RunningServer;
  connection: NatsConnection;
  manager: JetStreamManager;

  private constructor(
    parts: { folder: string; args: readonly string[]; server: RunningServer },
    connection: NatsConnection,
    manager: JetStreamManager,
  ) {
    this.#folder = parts.folder;
    this.#args = parts.args;
    this.#server = parts.server;
    this.port = parts.server.port;
    this.connection = connection;
    this.manager = manager;
  }

  static async start(extra: readonly string[] = [], options: object = {}): Promise<TestNats> {
    const [port = 0] = await findFreePorts(1);
    const folder = mkdtempSync(join(tmpdir(), 'postback-nats-'));
    const args = ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port), ...extra];
    const server = await startServer('nats-server', args, { port });
    const connection = await connect({ servers: `127.0.0.1:${port}`, ...options });
    const manager = await jetstreamManager(connection);
    return new TestNats({ folder, args, server }, connection, manager);
  }

  /** The address of a stream, of a consumer too where one is named. */
  url(path: string): string {
    return `nats://127.0.0.1:${this.port}/${path}`;
  }

  async addStream(name: string, subject: string): Promise<void> {
    await this.manager.streams.add({ name, subjects: [subject] });
  }

  async publish(subject: string, messages: readonly (string | Uint8Array)[]): Promise<void> {
    const client = jetstream(this.connection);
    for (let at = 0; at < messages.length; at += 500)
      await Promise.all(
        messages.slice(at, at + 500).map((message) => client.publish(subject, message)),
      );
  }

  /** Messages that a consumer has not acknowledged. */
  async lag(stream: string, consumer: string): Promise<number> {
    const found = await this.manager.consumers.info(stream, consumer);
    return found.num_pending + found.num_ack_pending;
  }

  /** The texts of all messages of a stream, oldest first. */
  async read(stream: string): Promise<string[]> {
    const { state } = await this.manager.streams.info(stream);
    const texts: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const found = await this.manager.streams.getMessage(stream, { seq });
      if (found) texts.push(found.string());
    }
    return texts;
  }

  /** Stops the server and starts it again with the same data. */
  async restart(): Promise<void> {
    await this.#server.stop('SIGTERM');
    this.#server = await startServer('nats-server', this.#args, { port: this.port });
  }

  async stop(): Promise<void> {
    await this.connection.close().catch(() => undefined);
    await this.#server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
