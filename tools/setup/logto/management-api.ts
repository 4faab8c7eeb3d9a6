import { createApiClient } from '@logto/api/management';
import type { z } from 'zod';
import { LogtoRefusal } from '../errors.ts';
import { type Answer, take } from './answers.ts';
import type { PatientFetch } from './patient-fetch.ts';
import { explainAnswer } from './refusal.ts';

export { take } from './answers.ts';

export type ManagementApi = ReturnType<typeof createApiClient>;

export interface ManagementApiOptions {
  /** Exactly the origin that Logto was told: it finds the tenant by the Host header. */
  endpoint: string;
  getToken: () => Promise<string>;
  fetch: PatientFetch;
}

/** The typed client of @logto/api, over our fetch with its time limit. */
export function createManagementApi({
  endpoint,
  getToken,
  fetch,
}: ManagementApiOptions): ManagementApi {
  const api = createApiClient({ baseUrl: endpoint, getToken });
  // It takes no fetch of its own, but a middleware may answer in its place.
  api.use({ onRequest: ({ request }) => fetch(request) });
  return api;
}

/** The same where the body doesn't matter. @throws {LogtoRefusal} when it is no success. */
export async function succeed(call: string, answering: Promise<Answer>): Promise<void> {
  const { error, response } = await answering;
  if (!response.ok) throw new LogtoRefusal(explainAnswer(call, response.status, error));
}

const PAGE_SIZE = 100;

/** Everything of a list. Its `Link` header names wrong addresses, so `Total-Number` tells the end. */
export async function takeAll<T>(
  call: string,
  schema: z.ZodType<T[]>,
  ask: (query: { page: number; page_size: number }) => Promise<Answer>,
): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; ; page++) {
    const asking = ask({ page, page_size: PAGE_SIZE });
    const items = await take(call, schema, asking);
    all.push(...items);
    // A list that isn't paged has no such header, and is whole.
    const total = Number((await asking).response.headers.get('total-number') ?? 0);
    if (items.length === 0 || all.length >= total) return all;
  }
}
