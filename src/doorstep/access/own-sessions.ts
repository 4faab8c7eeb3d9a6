import type { Request } from 'express';
import type { Device } from '../session/record.ts';

/** A device where one is signed in. */
export interface OwnSession {
  /** Names it in a page: its id stays on the server, even of one's own other devices. */
  handle: string;
  isCurrent: boolean;
  device: Device;
  /** Milliseconds since 1970. */
  signedInAt: number;
  lastUsedAt: number;
}

/** The sessions of the person who asks: they see them, and can end any (S11). */
export interface OwnSessions {
  /** The latest first; `total` is how many there are on all pages. */
  list(
    req: Request,
    page: { offset: number; count: number },
  ): Promise<{ sessions: OwnSession[]; older: boolean; total: number }>;
  /** @returns what was ended; `current`: that is what signing out is for; null: there is none. */
  end(req: Request, handle: string): Promise<{ device: Device } | 'current' | null>;
  /** All but the one that asks. */
  endOthers(req: Request): Promise<void>;
}
