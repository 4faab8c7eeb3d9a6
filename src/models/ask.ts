import { z } from 'zod';
import { ModelFailed, type ModelFailure } from './failures.ts';

/** Longest answer that a model may write, tokens: of the person's credits. */
const MAX_TOKENS = 1024;
/** The library keeps lines and errors whole, however long they are. */
const MAX_BYTES = 2_000_000;
/** Longest wait that is passed on. */
const MAX_RETRY_AFTER_SECONDS = 3600;

/** Not before somebody asks: it takes a tenth of the process's start. */
const loadLibrary = () => import('@huggingface/inference');
type Library = Awaited<ReturnType<typeof loadLibrary>>;

export interface Inference {
  /** Where the models are, an origin. */
  endpoint: string;
  /** `owner/name`, or `owner/name:provider`. */
  model: string;
  fetch: typeof fetch;
}

const Chunk = z.object({
  choices: z.array(
    z.object({
      delta: z.object({ content: z.string().nullish() }).optional(),
      finish_reason: z.string().nullish(),
    }),
  ),
});

/**
 * What a model answers, piece by piece as it comes, by the official library and as the person whose
 * token this is. The call ends with the generator, however that ends.
 *
 * @param signal Ends it before; a {@link ModelFailed} as its reason is what is thrown then.
 * @throws {ModelFailed} and nothing else: the library's own errors hold the question.
 */
export async function* ask(
  { endpoint, model, fetch }: Inference,
  { token, question, signal }: { token: string; question: string; signal: AbortSignal },
): AsyncGenerator<string> {
  const library = await loadLibrary();
  // The library stops reading without cancelling: only a signal ends the call.
  const call = new AbortController();
  const watched: Watched = { retryAfterSeconds: null };
  let end: string | null = null;
  try {
    const client = new library.InferenceClient(token, {
      endpointUrl: endpoint,
      fetch: bounded(fetch, watched),
      signal: AbortSignal.any([signal, call.signal]),
      // It would try a 503 again at once, without end.
      retry_on_error: false,
    });
    const messages = [{ role: 'user', content: question }];
    const chunks = client.chatCompletionStream({ model, messages, max_tokens: MAX_TOKENS });
    for await (const chunk of chunks) {
      const [choice] = Chunk.parse(chunk).choices;
      if (choice?.delta?.content) yield choice.delta.content;
      end = choice?.finish_reason ?? end;
    }
  } catch (error) {
    throw failureOf(error, library, signal, watched);
  } finally {
    call.abort();
  }
  if (end === null) throw new ModelFailed('broken_off');
  if (end === 'length') throw new ModelFailed('too_long');
}

interface Watched {
  retryAfterSeconds: number | null;
}

/** The same fetch, with a bound on what it reads. No redirect is followed: it would take the token elsewhere. */
function bounded(fetch: Inference['fetch'], watched: Watched): Inference['fetch'] {
  return async (input, init) => {
    const answer = await fetch(input, { ...init, redirect: 'error' });
    const seconds = /^\d{1,5}$/.exec(answer.headers.get('retry-after') ?? '')?.[0];
    if (seconds) watched.retryAfterSeconds = Math.min(Number(seconds), MAX_RETRY_AFTER_SECONDS);
    let left = MAX_BYTES;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        left -= chunk.byteLength;
        if (left < 0) controller.error(new ModelFailed('too_long'));
        else controller.enqueue(chunk);
      },
    });
    return new Response(answer.body?.pipeThrough(counted) ?? null, answer);
  };
}

/** What OpenAI's API says of itself; Hugging Face's router answers 400 for a model that is gone. */
const CodedError = z.object({ error: z.object({ code: z.string() }) });
const GONE = ['model_not_found', 'model_not_supported'];

const BY_STATUS: Record<number, ModelFailure> = {
  // An answer, and none of a model's.
  200: 'unreadable',
  401: 'not_accepted',
  402: 'out_of_credits',
  403: 'not_permitted',
  404: 'model_gone',
  410: 'model_gone',
  429: 'too_fast',
};

function failureOf(
  error: unknown,
  { InferenceClientHubApiError, InferenceClientProviderApiError }: Library,
  signal: AbortSignal,
  watched: Watched,
): ModelFailed {
  if (signal.aborted) {
    return signal.reason instanceof ModelFailed ? signal.reason : new ModelFailed('broken_off');
  }
  if (error instanceof ModelFailed) return error;
  const isAnswer =
    error instanceof InferenceClientProviderApiError || error instanceof InferenceClientHubApiError;
  if (isAnswer) {
    const { status: httpStatus, body } = error.httpResponse;
    const code = CodedError.safeParse(body).data?.error.code ?? '';
    const fallback = httpStatus >= 500 ? 'overloaded' : 'refused';
    const reason = GONE.includes(code) ? 'model_gone' : (BY_STATUS[httpStatus] ?? fallback);
    return new ModelFailed(reason, { httpStatus, ...watched });
  }
  const isUnreadable = error instanceof SyntaxError || error instanceof z.ZodError;
  return new ModelFailed(isUnreadable ? 'unreadable' : 'unreachable');
}
