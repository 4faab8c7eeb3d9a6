import { z } from 'zod';
import type { Config } from './config.ts';
import type { ApiOperation } from './feature.ts';
import { Problem } from './problem.ts';

/** What any route may answer instead, and what one with a body may answer too. */
const ERRORS = {
  401: 'No access token, or an invalid one',
  403: 'The access token lacks the permission',
  503: 'Logto or the store is unreachable',
};
const BODY_ERRORS = {
  400: 'The body is not JSON',
  413: 'The body is too large',
  415: 'The body has an unknown charset or encoding',
  422: 'A field is invalid; `errors` says which, and what would be right',
};

/**
 * The API in the words of OpenAPI 3.1: each feature gives its part, made from the schemas that check
 * what comes in. Whatever else is under /api is described here.
 */
export function apiDocument(config: Config, operations: readonly ApiOperation[]): object {
  const paths: Record<string, Record<string, object>> = { '/openapi.json': { get: ITSELF } };
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: `${config.appName} API`,
      version: '1',
      description: `Access tokens come from Logto, for the resource ${config.logto.apiResource}.`,
    },
    servers: [{ url: `${config.baseUrl}/api` }],
    paths,
    components: {
      securitySchemes: {
        logto: {
          type: 'openIdConnect',
          openIdConnectUrl: `${config.logto.issuer}/.well-known/openid-configuration`,
        },
      },
      schemas: { Problem: jsonSchema(Problem, 'output') },
    },
  };
}

const ITSELF = {
  summary: 'This document',
  security: [],
  responses: {
    200: {
      description: 'This document',
      content: { 'application/json': { schema: { type: 'object' } } },
    },
  },
};

function describe({ path, summary, scope, body, answer }: ApiOperation): object {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const errors = Object.entries({ ...ERRORS, ...(body && BODY_ERRORS) });
  return {
    summary,
    security: [{ logto: [scope] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: json(jsonSchema(body, 'input')) } }),
    responses: {
      [answer.status]: {
        description: answer.description,
        content: json(jsonSchema(answer.schema, 'output')),
      },
      ...Object.fromEntries(errors.map(([status, description]) => [status, problem(description)])),
    },
  };
}

const json = (schema: object) => ({ 'application/json': { schema } });

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

/** OpenAPI 3.1 has the dialect of JSON Schema 2020-12, so it need not be named. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io });
  return rest;
}
