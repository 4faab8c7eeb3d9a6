import type { Feature } from '../site/feature.ts';
import { ADDRESS } from './page.ts';
import { modelsPages } from './pages.ts';

/** The example of a call as the person. To take it out, delete this folder and its two lines in app.ts. */
export const models: Feature = {
  apiScopes: [],
  navigation: {
    label: ({ models }) => models.navigation,
    href: () => ADDRESS,
    covers: (path) => path === ADDRESS,
  },
  card: ({ models }) => ({
    href: ADDRESS,
    title: models.title,
    line: models.card,
    icon: 'models',
  }),
  pages: modelsPages,
};
