import express, { Router } from 'express';
import { z } from 'zod';
import { requireScope } from '../doorstep/index.ts';
import type { ApiOperation, PageDeps } from '../site/feature.ts';
import { Book, NewBook, parseBook, shelfOf } from './shelf.ts';

/** For /api/openapi.json: by the schemas that check a book here. */
export const booksOperations: ApiOperation[] = [
  {
    method: 'get',
    path: '/books',
    summary: 'The books, the oldest first',
    scope: 'read:books',
    answer: { status: 200, description: 'The books', schema: z.object({ books: z.array(Book) }) },
  },
  {
    method: 'post',
    path: '/books',
    summary: 'Adds a book',
    scope: 'write:books',
    body: NewBook,
    answer: { status: 201, description: 'The book as it was added', schema: Book },
  },
];

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
