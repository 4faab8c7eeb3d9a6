/**
 * Reaches the stand-ins where they listen on this machine, by the addresses that they have for browsers.
 * Nobody else can be asked: a demo that anybody may use has no business elsewhere.
 */
export function loopbackFetch(
  standIns: { publicUrl: string; localUrl: string }[],
): typeof globalThis.fetch {
  const localFor = (address: string): string => {
    const found = standIns.find(({ publicUrl }) => address.startsWith(`${publicUrl}/`));
    if (!found) throw new TypeError('The demo asks its stand-ins and nobody else');
    return found.localUrl + address.slice(found.publicUrl.length);
  };
  return async (input, init) =>
    input instanceof Request
      ? fetch(new Request(localFor(input.url), input), init)
      : fetch(localFor(String(input)), init);
}
