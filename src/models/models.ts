import type { Feature } from '../site/feature.ts';
import { ADDRESS } from './page.ts';
import { modelsPages } from './pages.ts';

/** The example of a call as the person. To take it out, delete this folder and its two lines in app.ts. */
export const models: Feature = {
  apiScopes: [],
  navigation: { label: 'Models', href: () => ADDRESS, covers: (path) => path === ADDRESS },
  card: () => ({
    href: ADDRESS,
    title: 'Ask a model',
    line: 'At Hugging Face, as you and on your credits.',
    icon: 'models',
  }),
  pages: modelsPages,
};
