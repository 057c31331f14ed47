/**
 * Whether a key matches a pattern in which `*` stands for any characters. A pattern that ends with
 * `/` matches everything below it. Linear in the length of both.
 */
export function matchesPattern(key: string, pattern: string): boolean {
  const parts = (pattern.endsWith('/') ? `${pattern}*` : pattern).split('*');
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return key === first;
  if (!key.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = key.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return key.length - last.length >= at && key.endsWith(last);
}
