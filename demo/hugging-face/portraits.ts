const portraits: Record<string, string> = {
  // Dark bob, high collar, and the punched card at her shoulder.
  'ada-l': `<rect width="96" height="96" fill="#BFE3DC"/>
  <g fill="#FAF9F6"><rect x="68" y="12" width="18" height="26" rx="2"/></g>
  <g fill="#7FB9AE"><circle cx="73" cy="19" r="1.6"/><circle cx="81" cy="19" r="1.6"/><circle cx="77" cy="25" r="1.6"/><circle cx="73" cy="31" r="1.6"/></g>
  <path d="M22 62V44a26 26 0 0 1 52 0v18c0 4-5 6-9 5H31c-4 1-9-1-9-5Z" fill="#2B211E"/>
  <path d="M12 96c1-18 13-27 27-28h18c14 1 26 10 27 28Z" fill="#3C4B7D"/>
  <path d="M40 58h16v12c0 5-16 5-16 0Z" fill="#E3B394"/>
  <path d="M36 69c4 5 20 5 24 0l3 6c-6 7-24 7-30 0Z" fill="#FAF9F6"/>
  <path d="M33 42c0-9 6-15 15-15s15 6 15 15v6c0 10-7 17-15 17s-15-7-15-17Z" fill="#F3CBB0"/>
  <path d="M31 48c1-13 8-16 17-21 9 5 16 8 17 21 4-18-4-29-17-29S27 30 31 48Z" fill="#2B211E"/>
  <g fill="#2B211E"><circle cx="42" cy="46" r="1.7"/><circle cx="54" cy="46" r="1.7"/></g>
  <g fill="none" stroke-linecap="round" stroke-width="1.6"><path d="M43 56c3 3 7 3 10 0" stroke="#A9574B"/><path d="M39 41.500c2-1.500 4-1.500 6-.5M51 41c2-1 4-1 6 .5" stroke="#2B211E"/></g>
  <g fill="#E9A08C" opacity=".55"><circle cx="38" cy="52" r="3"/><circle cx="58" cy="52" r="3"/></g>`,
  'analytical-engines': `<rect width="96" height="96" fill="#E4E0D6"/>
  <circle cx="48" cy="48" r="25" fill="none" stroke="#615A4C" stroke-width="12" stroke-dasharray="12 7.630"/>
  <circle cx="48" cy="48" r="19" fill="#615A4C"/><circle cx="48" cy="48" r="8" fill="#E4E0D6"/>`,
  lms: `<rect width="96" height="96" fill="#DDE3F2"/>
  <path d="M20 70c14-52 20-52 28-22s14 30 28-22" fill="none" stroke="#3C4B7D" stroke-width="6" stroke-linecap="round"/>`,
};

/** A drawing as SVG, or null where there is none. */
export function portraitOf(username: string): string | null {
  const drawing = Object.hasOwn(portraits, username) && portraits[username];
  return drawing
    ? `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">${drawing}</svg>`
    : null;
}
