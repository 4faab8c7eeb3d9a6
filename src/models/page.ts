import type { PageDeps } from '../site/feature.ts';
import type { Sentence } from '../site/languages/messages.ts';
import type { ErrorCopy } from '../site/view-models.ts';

export const ADDRESS = '/models';

export interface ModelsPage {
  model: string;
  /** What stands in the form. */
  question: string;
  mistake: string | null;
  /** What was asked and what came; an answer that is still to come is a mark in its place. */
  answered: { question: string; answer: string } | null;
  failure: {
    heading: string;
    happened: string;
    todo: Sentence;
    action: ErrorCopy['action'] | null;
    requestId: string;
  } | null;
}

declare module '../site/view-models.ts' {
  interface Views {
    models: ModelsPage;
  }
}

export const pageOf = ({ config }: PageDeps, more: Partial<ModelsPage> = {}): ModelsPage => ({
  model: config.models.name,
  question: '',
  mistake: null,
  answered: null,
  failure: null,
  ...more,
});
