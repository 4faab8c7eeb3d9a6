/**
 * An address from a claim, if a link to it can only ever be a link: never javascript: or data:.
 * Asked once, when the claim comes in, so that pages print what they find.
 */
export function webAddress(value: unknown): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  return /^https?:$/.test(new URL(value).protocol) ? value : null;
}
