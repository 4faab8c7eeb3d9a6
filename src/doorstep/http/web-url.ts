/** Longer addresses are none that a person has, characters. */
const MAX_LENGTH = 2000;

/**
 * An address from a claim, if a link to it can only ever be a link: never javascript: or data:.
 * Asked once, when the claim comes in, so that pages print what they find.
 */
export function webAddress(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_LENGTH || !URL.canParse(value)) return null;
  const { protocol, href } = new URL(value);
  // As parsed: escaped, without what browsers would drop or turn around.
  return /^https?:$/.test(protocol) && href.length <= MAX_LENGTH ? href : null;
}
