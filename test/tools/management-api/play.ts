import { isDeepStrictEqual } from 'node:util';
import { type Exchange, exchanges } from '../../contract/management-api.ts';
import { differencesOf, shapeOf } from '../../demo/shape.ts';

export interface Stage {
  endpoint: string;
  token: string;
  unprivilegedToken: string;
}

/** Calls everything in its order. @returns what differs from the facts, one line for each */
export async function playAll(stage: Stage): Promise<string[]> {
  const kept = new Map<string, string>();
  const lines: string[] = [];
  for (const [index, exchange] of exchanges.entries()) {
    for (const path of await play(exchange, stage, kept)) {
      lines.push(`${index} ${exchange.call}: ${path}`);
    }
  }
  return lines;
}

async function play(
  exchange: Exchange,
  stage: Stage,
  kept: Map<string, string>,
): Promise<string[]> {
  const fill = (text: string) => text.replace(/«(\w+)»/g, (_, name) => kept.get(name) ?? '');
  const [method = '', path = ''] = fill(exchange.call).split(' ');
  const authorization = authorizationOf(exchange.as, stage);
  const hasBody = exchange.body !== undefined;
  const response = await fetch(stage.endpoint + path, {
    method,
    headers: {
      ...(authorization && { authorization }),
      ...(hasBody && { 'content-type': 'application/json' }),
    },
    ...(hasBody && { body: fill(JSON.stringify(exchange.body)) }),
  });
  const text = await response.text();
  const body = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  if (exchange.keeps) kept.set(exchange.keeps, String(body.id));

  const { answer, error, values = {} } = exchange;
  return [
    ...differencesOf(exchange.status, response.status, 'status'),
    ...differencesOf(exchange.total ?? null, totalOf(response), 'Total-Number'),
    ...(error ? errorDifferences(error, body) : []),
    ...(answer === undefined ? [] : answerDifferences(answer, body)),
    ...Object.keys(values).filter((key) => !isDeepStrictEqual(values[key], body[key])),
  ];
}

function totalOf(response: Response): number | null {
  const header = response.headers.get('total-number');
  return header === null ? null : Number(header);
}

function authorizationOf(as: Exchange['as'], { token, unprivilegedToken }: Stage): string | null {
  const values = {
    nobody: null,
    basic: 'Basic Zm9vOmJhcg==',
    garbage: 'Bearer garbage',
    tampered: `Bearer ${token.slice(0, -8)}AAAAAAAA`,
    unprivileged: `Bearer ${unprivilegedToken}`,
  };
  return as ? values[as] : `Bearer ${token}`;
}

/** Of a list the first item counts. An answer may have more keys than the facts, but not below them. */
export function answerDifferences(answer: unknown, body: unknown): string[] {
  if (Array.isArray(answer)) {
    return Array.isArray(body) && body.length > 0
      ? answerDifferences(answer[0], body[0])
      : ['list'];
  }
  if (typeof answer !== 'object' || answer === null)
    return differencesOf(answer, shapeOf(body), 'body');
  const seen = new Map(Object.entries(Object(shapeOf(body))));
  return Object.entries(answer).flatMap(([key, shape]) => differencesOf(shape, seen.get(key), key));
}

function errorDifferences(expected: NonNullable<Exchange['error']>, body: Record<string, unknown>) {
  const { code, message, data, details, ...more } = body;
  // The causes inside `data` are words that count, its lists are not.
  const isCause = JSON.stringify(expected.data ?? '').includes('ERR_');
  return [
    ...differencesOf(expected.code, code, 'code'),
    ...(typeof message === 'string' ? [] : ['message']),
    ...differencesOf(expected.data, isCause || data === undefined ? data : shapeOf(data), 'data'),
    ...(String(details ?? '').includes(expected.details ?? '') ? [] : ['details']),
    ...Object.keys(more),
  ];
}
