import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Whether a command can be started here. */
export function hasCommand(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v "${command}"`]).status === 0;
}

/** Says why tests are skipped, on the page of the test run. */
export function reportSkipped(what: string, how: string): void {
  console.log(`skipped: ${what} is not installed (${how})`);
}

/** Ports of loopback that nobody listens at. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** A server of one test file, in a process of its own. */
export interface RunningServer {
  port: number;
  child: ChildProcess;
  /** Stops it and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a server and waits until something listens at `port`.
 * @throws Error with what it printed, when it ends before
 */
export async function startServer(
  command: string,
  args: readonly string[],
  { port, env, limitMs = 170_000 }: { port: number; env?: NodeJS.ProcessEnv; limitMs?: number },
): Promise<RunningServer> {
  const child = spawn(command, args, { env: { ...process.env, ...env } });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-4_000)));
  const closed = once(child, 'close');
  const endMs = Date.now() + limitMs;
  while (!(await isListening(port))) {
    if (child.exitCode === null && Date.now() <= endMs) {
      await wait(20);
      continue;
    }
    child.kill('SIGKILL');
    throw new Error(`${command} did not start:\n${printed}`);
  }
  const stop = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await closed;
  };
  return { port, child, stop };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
