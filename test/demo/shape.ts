import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** Types instead of values, in the words of test/contract/logto.ts. */
export function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') {
    if (value > 1e12) return 'milliseconds';
    return value > 1e9 ? 'seconds' : 'number';
  }
  if (!isRecord(value)) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

/** The paths at which two values differ, such as `discovery.issuer`. */
export function differencesOf(expected: unknown, actual: unknown, path = ''): string[] {
  if (!isRecord(expected) || !isRecord(actual)) {
    return isDeepStrictEqual(expected, actual) ? [] : [path];
  }
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...keys].flatMap((key) =>
    differencesOf(expected[key], actual[key], path ? `${path}.${key}` : key),
  );
}

const jwtPart = z.record(z.string(), z.unknown());

export function decodeJwt(jwt: string): {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
} {
  const [header = '', claims = ''] = jwt.split('.');
  const decode = (part: string) =>
    jwtPart.parse(JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { header: decode(header), claims: decode(claims) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
