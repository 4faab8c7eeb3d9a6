import express, { Router } from 'express';
import { requireScope } from '../doorstep/index.ts';
import type { PageDeps } from '../site/feature.ts';
import { parseBook, shelfOf } from './shelf.ts';

/** /api/books: the books of the token's owner, or of the organization that the token is for. */
export function booksApi(deps: PageDeps): Router {
  const router = Router();
  router.get('/books', requireScope('read:books'), async (req, res) => {
    res.json({ books: await shelfOf(deps, req).list() });
  });
  router.post('/books', requireScope('write:books'), body, async (req, res) => {
    res.status(201).json(await shelfOf(deps, req).add(parseBook(req.body)));
  });
  return router;
}

const body = express.json({ limit: '16kb' });
