import type { ManagementApi } from '../logto/management-api.ts';
import type { Settings } from '../settings.ts';

/** Something that becomes different: `from` is null for what was not there. */
export interface Difference {
  what: string;
  from: string | null;
  to: string;
}

/** What an area looks like now, and what is to do there. */
export interface Finding {
  title: string;
  /** `replace`: what is there is deleted, and something else made in its place. */
  action: 'create' | 'change' | 'replace' | 'keep';
  differences: Difference[];
  /** What a person should know, and set-up leaves alone. */
  notes: string[];
  /** Brings it about; null when all is as it should be. */
  write: (() => Promise<void>) | null;
}

/**
 * One part of a set-up. Looking never changes anything. Whoever writes looks again first, so that
 * what others did meanwhile is kept, and what an earlier, interrupted run did is not done twice.
 */
export interface Area {
  look(): Promise<Finding>;
}

export interface Context {
  api: ManagementApi;
  settings: Settings;
}

export function added(what: string, to: string): Difference {
  return { what, from: null, to };
}

/** The differences between two values, as a list of none or one. */
export function changed(what: string, from: string, to: string): Difference[] {
  return from === to ? [] : [{ what, from, to }];
}

/** Shown for what must not be. */
export const HIDDEN = '(not shown)';
