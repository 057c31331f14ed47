import { expect, it } from 'vitest';
import { RequestLog, type LoggedRequest } from '../../../src/sandbox/request-log.js';

const request = (path: string, status = 200): LoggedRequest => ({
  time: '2026-03-10T12:00:00.000Z',
  method: 'GET',
  host: 'h',
  path,
  status,
  bytes: 0,
  faults: [],
});

it('counts everything and remembers the last 200', () => {
  const log = new RequestLog();
  for (let index = 0; index < 1000; index += 1) log.add(request('/a', index % 2 === 0 ? 200 : 429));
  log.add(request('/last'));
  expect(log.total).toBe(1001);
  expect(log.counts().map(({ path, status, count }) => [path, status, count])).toEqual([
    ['/a', 200, 500],
    ['/a', 429, 500],
    ['/last', 200, 1],
  ]);
  expect([log.last().length, log.last(1)[0]?.path, log.last(0)]).toEqual([200, '/last', []]);
});

it('stays small when every request has a path of its own', () => {
  const log = new RequestLog();
  for (let index = 0; index < 3000; index += 1) log.add(request(`/${String(index)}`));
  expect([log.total, log.counts().length]).toEqual([3000, 2000]);
});
