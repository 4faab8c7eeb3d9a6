import express, { Router } from 'express';
import { requireScope } from '../doorstep/access/guards.ts';
import type { AuthDeps } from '../doorstep/doorstep.ts';
import { ADDING, READING } from './permissions.ts';
import { parseBook } from './shelf.ts';
import { shelfOf } from './shelf-of.ts';

/** /api/books: the books of the token's owner, or of the organization that the token is for. */
export function booksApi(deps: AuthDeps): Router {
  const router = Router();
  router.get('/books', requireScope('read:books', READING), async (req, res) => {
    res.json({ books: await shelfOf(deps, req).list() });
  });
  router.post('/books', requireScope('write:books', ADDING), body, async (req, res) => {
    res.status(201).json(await shelfOf(deps, req).add(parseBook(req.body)));
  });
  return router;
}

const body = express.json({ limit: '16kb' });
