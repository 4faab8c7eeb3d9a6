import express, { type Response, Router } from 'express';
import { z } from 'zod';
import { type GuardedRequest, requireSignIn } from '../doorstep/index.ts';
import type { PageDeps } from '../site/feature.ts';
import { mistakesOf } from '../site/mistakes.ts';
import { ModelFailed } from './failures.ts';
import { ADDRESS, pageOf } from './page.ts';
import { StreamedAnswer } from './streamed-answer.ts';

const MAX_QUESTION = 4000;
const Form = z.object({
  question: z
    .string()
    // As browsers count it.
    .overwrite((typed) => typed.replaceAll('\r\n', '\n'))
    .trim()
    .min(1)
    .max(MAX_QUESTION),
});
// Each character may be nine of a form.
const form = express.urlencoded({ extended: false, limit: '64kb', parameterLimit: 10 });

/** GET /models: the form. POST /models: the form, and what the model says, as it says it. */
export function modelsPages(deps: PageDeps): Router {
  const router = Router({ caseSensitive: true });
  // In the process, as the kit counts requests: N processes allow N.
  const asking = new Set<string>();
  router.get(ADDRESS, requireSignIn, (req, res) => {
    const flash = deps.auth.flash.take(req, res);
    deps.send(req, res, 'models', pageOf(deps), {
      title: ({ models }) => models.title,
      flash,
    });
  });
  router.post(ADDRESS, requireSignIn, form, async (req, res) => {
    const parsed = Form.safeParse(req.body ?? {});
    if (!parsed.success) return showMistake(deps, req, res, parsed.error);
    const { question } = parsed.data;
    const person = JSON.stringify([req.auth.iss, req.auth.sub]);
    const answer = new StreamedAnswer(deps, req, res, question);
    if (asking.has(person)) return answer.fail(new ModelFailed('one_at_a_time'));
    asking.add(person);
    try {
      await answer.run();
    } finally {
      asking.delete(person);
    }
  });
  return router;
}

function showMistake(deps: PageDeps, req: GuardedRequest, res: Response, error: z.ZodError): void {
  const typed: unknown = req.body?.question;
  const question = typeof typed === 'string' ? typed : '';
  const { t } = deps.languages.of(req);
  const { question: mistake = null } = mistakesOf(t, error, { question: t.models.theQuestion });
  res.status(422);
  deps.send(req, res, 'models', pageOf(deps, { question, mistake }), {
    title: ({ models }) => models.title,
  });
}
