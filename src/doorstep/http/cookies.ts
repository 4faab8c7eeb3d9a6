import { parseCookie } from 'cookie';
import type { Request } from 'express';

/** All cookies of a request. A hostile header yields odd names and values, never an error. */
export function cookiesOf(req: Request): Record<string, string | undefined> {
  return parseCookie(req.headers.cookie ?? '');
}
