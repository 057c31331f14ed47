import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createHttpClient } from '../../../src/http/client.js';
import { isPrivateAddress, lookupPublic } from '../../../src/http/private-address.js';

test.each([
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.255',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '[::1]',
  'fe80::1',
  'fe80::1%eth0',
  'fc00::1',
  'fd12:3456::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:7f00:1',
  '64:ff9b::10.0.0.1',
  '2002:7f00:1::',
  '::127.0.0.1',
  '2001:0:7f00:1::',
  '2001:db8::1',
  '3fff:fff::1',
  '5f00::1',
])('%s is not public', (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '172.15.0.1',
  '172.32.0.1',
  '192.169.0.1',
  '100.128.0.1',
  '169.253.1.1',
  '2606:4700::1111',
  '2001:4860:4860::8888',
  '192.0.3.1',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '2002:808:808::',
  'example.com',
  '',
])('%s is public, or not an address', (address) => {
  expect(isPrivateAddress(address)).toBe(false);
});

test('a name that resolves to this machine is refused when it is connected to', async () => {
  const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    lookupPublic('localhost', { all: true }, resolve);
  });
  expect(error?.code).toBe('PRIVATE_ADDRESS');
});

test('the client refuses the connection itself, by name and by address', async () => {
  let received = 0;
  const server = createServer((_request, response) => {
    received += 1;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const client = createHttpClient({ timeoutMs: 5000, userAgent: 'test' });
  onTestFinished(() => client.close());
  for (const host of ['127.0.0.1', 'localhost']) {
    const request = { method: 'GET', url: `http://${host}:${port}/`, headers: {} } as const;
    await expect(client.send({ ...request, publicOnly: true })).rejects.toMatchObject({
      code: 'PRIVATE_ADDRESS',
    });
  }
  expect(received).toBe(0);
  await client.send({ method: 'GET', url: `http://127.0.0.1:${port}/`, headers: {} });
  expect(received).toBe(1);
});
