interface Cookie {
  name: string;
  value: string;
  path: string;
  /** Milliseconds; null: until the browser is closed. */
  expiresAt: number | null;
  /** In lower case: `httponly`, `samesite`, … */
  attributes: Record<string, string>;
}

/** One jar for each host name; ports don't matter to cookies (RFC 6265, 8.5). */
export interface CookieJar {
  store(url: URL, setCookies: string[]): void;
  /** The value of the Cookie header, '' for none. */
  header(url: URL): string;
  find(hostname: string, name: string): Cookie | undefined;
  all(hostname: string): Cookie[];
  /** As "clear cookies" does. */
  clear(): void;
}

export function createCookieJar(): CookieJar {
  const jars = new Map<string, Map<string, Cookie>>();

  const all = (hostname: string) =>
    [...(jars.get(hostname)?.values() ?? [])].filter(
      ({ expiresAt }) => expiresAt === null || expiresAt > Date.now(),
    );
  return {
    all,
    find: (hostname, name) => all(hostname).find((cookie) => cookie.name === name),
    clear: () => jars.clear(),
    header: (url) =>
      all(url.hostname)
        .filter(({ path }) => pathMatches(url.pathname, path))
        .sort((a, b) => b.path.length - a.path.length)
        .map(({ name, value }) => `${name}=${value}`)
        .join('; '),
    store: (url, setCookies) => {
      const jar = jars.get(url.hostname) ?? new Map<string, Cookie>();
      jars.set(url.hostname, jar);
      for (const line of setCookies) {
        const cookie = parse(line, url);
        jar.set(`${cookie.name};${cookie.path}`, cookie);
      }
    },
  };
}

function parse(line: string, url: URL): Cookie {
  const [pair = '', ...rest] = line.split(';');
  const attributes: Record<string, string> = {};
  for (const part of rest) {
    const [name = '', ...value] = part.trim().split('=');
    attributes[name.toLowerCase()] = value.join('=');
  }
  const [name = '', ...value] = pair.split('=');
  return {
    name: name.trim(),
    value: value.join('=').trim(),
    path: attributes.path?.startsWith('/') ? attributes.path : defaultPath(url.pathname),
    expiresAt: expiryOf(attributes),
    attributes,
  };
}

/** Max-Age goes before Expires (RFC 6265, 5.3). */
function expiryOf(attributes: Record<string, string>): number | null {
  if (attributes['max-age'] !== undefined) return Date.now() + Number(attributes['max-age']) * 1000;
  if (attributes.expires !== undefined) return Date.parse(attributes.expires);
  return null;
}

function defaultPath(pathname: string): string {
  return pathname.slice(0, pathname.lastIndexOf('/')) || '/';
}

function pathMatches(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
}
