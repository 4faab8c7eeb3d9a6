import type { Request, Response } from 'express';
import type { Config } from '../config.ts';
import { cookieAttributes } from '../session/session.ts';
import { cookiesOf } from './cookies.ts';

/** A line of news for the next page. It can't be put there by a link, as a query parameter could. */
const NOTICES = {
  'signed-out': 'You are signed out.',
  'signed-out-here':
    'You are signed out here. Logto could not be reached, so you may still be signed in there.',
};

export type Notice = keyof typeof NOTICES;

const LIFE = 60_000;
const nameFor = (config: Config) => (config.secure ? '__Host-doorstep-notice' : 'doorstep-notice');

export function setNotice(config: Config, res: Response, notice: Notice): void {
  res.cookie(nameFor(config), notice, { ...cookieAttributes(config), maxAge: LIFE });
}

/** Reads the notice and takes it away: it is shown once. */
export function takeNotice(config: Config, req: Request, res: Response): string | null {
  const name = nameFor(config);
  const found = cookiesOf(req)[name];
  if (found === undefined) return null;
  res.clearCookie(name, cookieAttributes(config));
  return isNotice(found) ? NOTICES[found] : null;
}

const isNotice = (value: string): value is Notice => Object.hasOwn(NOTICES, value);
