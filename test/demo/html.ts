const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#34;': '"',
  '&#38;': '&',
  '&#39;': "'",
};

/** The action and hidden inputs of a page's first form. @throws when there is no form. */
export function firstForm(html: string): { action: string; hidden: Record<string, string> } {
  const form = /<form\b[^>]*>[\s\S]*?<\/form>/i.exec(html)?.[0];
  if (!form) throw new Error(`No form on this page: ${html.slice(0, 300)}`);
  const hidden: Record<string, string> = {};
  for (const [input] of form.matchAll(/<input\b[^>]*>/gi)) {
    const name = attribute(input, 'name');
    if (name && attribute(input, 'type') === 'hidden')
      hidden[name] = attribute(input, 'value') ?? '';
  }
  return { action: attribute(form, 'action') ?? '', hidden };
}

/** The address of the first link whose text has `label`. @throws when there is none. */
export function linkTo(html: string, label: string): string {
  for (const [, tag, text] of html.matchAll(/(<a\b[^>]*>)([\s\S]*?)<\/a>/gi)) {
    const href = tag && text?.includes(label) ? attribute(tag, 'href') : undefined;
    if (href !== undefined) return href;
  }
  throw new Error(`No link "${label}" on this page: ${html.slice(0, 300)}`);
}

/** Of the first tag in `html`. */
function attribute(html: string, name: string): string | undefined {
  const tag = /^<[^>]*>/.exec(html)?.[0] ?? '';
  const value = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag)?.[1];
  return value?.replace(
    /&(?:amp|lt|gt|quot|#34|#38|#39);/g,
    (entity) => entities[entity] ?? entity,
  );
}
