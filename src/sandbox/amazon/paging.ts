/** One page of `rows` from an opaque token; undefined where the token is not one of ours. */
export function takePage<Row>(
  rows: readonly Row[],
  size: number,
  token: unknown,
): { page: Row[]; nextToken?: string } | undefined {
  const start = token === undefined ? 0 : readToken(token);
  if (start === undefined || start > rows.length) return undefined;
  const end = start + size;
  const page = rows.slice(start, end);
  return end < rows.length
    ? { page, nextToken: Buffer.from(`from:${end}`).toString('base64url') }
    : { page };
}

function readToken(token: unknown): number | undefined {
  if (typeof token !== 'string') return undefined;
  const start = /^from:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1];
  return start === undefined ? undefined : Number(start);
}
