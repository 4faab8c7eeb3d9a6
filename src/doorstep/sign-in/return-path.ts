/** Sealed in a cookie, which browsers keep up to 4,096 bytes of. */
const MAX_BYTES = 2048;

export interface ReturnPath {
  path: string;
  /** It would lead to a page of this site, and is too long to be kept: to be said. */
  tooLong: { bytes: number } | null;
}

/**
 * The way back after sign-in, as a path of this site, encoded; `/` for anything else. Foreign,
 * protocol-relative, back-slashed and control-character targets never pass (C10, S27, S31).
 *
 * @param wanted What the request asked for; any string that an attacker likes.
 * @param authRoutes Coming back to one of these would start, end or replay something.
 */
export function returnPath(wanted: string | undefined, authRoutes: readonly string[]): ReturnPath {
  // Browsers read "\" as "/" and drop tabs and newlines, so "/\evil" and "/\t/evil" leave the site.
  if (!wanted?.startsWith('/') || /^\/[/\\]|[\\\p{Cc}]/u.test(wanted)) return HOME;
  const base = 'http://this-site.invalid';
  if (!URL.canParse(wanted, base)) return HOME;
  const url = new URL(wanted, base);
  const path = url.pathname + url.search + url.hash;
  const leavesSite = url.origin !== base || path.startsWith('//');
  if (leavesSite || isAuthRoute(url.pathname, authRoutes)) return HOME;
  const bytes = Buffer.byteLength(path);
  return bytes > MAX_BYTES ? { path: '/', tooLong: { bytes } } : { path, tooLong: null };
}

const HOME: ReturnPath = { path: '/', tooLong: null };

function isAuthRoute(pathname: string, authRoutes: readonly string[]): boolean {
  let plain: string;
  try {
    plain = comparable(decodeURIComponent(pathname));
  } catch {
    return true;
  }
  return authRoutes
    .map(comparable)
    .some((route) => plain === route || plain.startsWith(`${route}/`));
}

const comparable = (path: string): string => path.toLowerCase().replace(/\/+$/, '');
