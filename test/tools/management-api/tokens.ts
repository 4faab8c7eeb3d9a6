import express, { type RequestHandler, type Router } from 'express';
import { Refusal, refuse } from './replies.ts';
import { MANAGEMENT_API, type State } from './state.ts';

/** A machine-to-machine application. */
export interface Machine {
  secret: string;
  /** Has the role "Logto Management API access". */
  privileged: boolean;
  secretExpired?: boolean;
}

export interface Tokens {
  routes(machines: Map<string, Machine>, state: State): Router;
  /** Lets only tokens of privileged machines through. */
  guard: RequestHandler;
  /** Every token that was given out is too old from now on. */
  expireAll(): void;
}

/** `/oidc/token` for the client credentials grant, and the check of what it gave. */
export function createTokens(): Tokens {
  const given = new Map<string, { privileged: boolean; expired: boolean }>();

  return {
    routes: (machines, state) =>
      express.Router().post('/token', express.urlencoded(), (req, res) => {
        const { id, secret } = credentialsOf(req.headers.authorization, req.body);
        if (state.applications.some((one) => one.id === id && one.type !== 'MachineToMachine')) {
          throw refuseGrant(
            400,
            'invalid_request',
            'requested grant type is not allowed for this client',
          );
        }
        const machine = machines.get(id);
        if (!machine) throw refuseGrant(400, 'invalid_client', `invalid client ${id}`);
        if (machine.secret !== secret) {
          res.set('WWW-Authenticate', `Basic realm="http://${req.headers.host}/oidc"`);
          throw refuseGrant(401, 'invalid_client', 'client authentication failed');
        }
        if (machine.secretExpired) {
          throw refuseGrant(400, 'invalid_request', 'client secret has expired');
        }
        if (req.body.grant_type !== 'client_credentials') {
          throw refuseGrant(400, 'unsupported_grant_type', 'unsupported grant_type requested');
        }
        if (req.body.resource !== MANAGEMENT_API) {
          throw refuseGrant(400, 'invalid_target', 'resource indicator is missing, or unknown');
        }
        const access_token = `header.token-${given.size + 1}.signature`;
        given.set(access_token, { privileged: machine.privileged, expired: false });
        const scope = machine.privileged ? { scope: 'all' } : {};
        res.json({ access_token, expires_in: 3600, token_type: 'Bearer', ...scope });
      }),

    guard: (req, _res, next) => {
      const { authorization } = req.headers;
      if (!authorization) {
        throw refuse(401, 'auth.authorization_header_missing', 'Authorization header is missing.');
      }
      const [type, value = ''] = authorization.split(' ');
      if (type !== 'Bearer') {
        throw refuse(
          401,
          'auth.authorization_token_type_not_supported',
          'Authorization type is not supported.',
          { data: { supportedTypes: ['Bearer'] } },
        );
      }
      const token = given.get(value);
      if (!token) {
        const isJwt = value.split('.').length === 3;
        throw isJwt
          ? unauthorized('ERR_JWS_SIGNATURE_VERIFICATION_FAILED', 'JWSSignatureVerificationFailed')
          : unauthorized('ERR_JWS_INVALID', 'JWSInvalid');
      }
      if (token.expired) throw unauthorized('ERR_JWT_EXPIRED', 'JWTExpired');
      if (!token.privileged) {
        throw refuse(
          403,
          'auth.forbidden',
          'Forbidden. Please check your user roles and permissions.',
        );
      }
      next();
    },

    expireAll() {
      for (const token of given.values()) token.expired = true;
    },
  };
}

function credentialsOf(
  authorization: string | undefined,
  body: Record<string, string> | undefined,
) {
  const basic = /^Basic (.+)$/.exec(authorization ?? '')?.[1];
  if (!basic) return { id: body?.client_id ?? '', secret: body?.client_secret ?? '' };
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':');
  return { id: decodeURIComponent(id), secret: decodeURIComponent(secret) };
}

function unauthorized(code: string, name: string): Refusal {
  const message = 'Unauthorized. Please check credentials and its scope.';
  return refuse(401, 'auth.unauthorized', message, { data: { code, name } });
}

const MESSAGES: Record<string, string> = {
  invalid_target: 'Invalid resource indicator.',
  invalid_request: 'Request is invalid.',
  unsupported_grant_type: 'Unsupported `grant_type` requested.',
};

function refuseGrant(status: number, error: string, error_description: string): Refusal {
  const code = `oidc.${error}`;
  const message = MESSAGES[error] ?? `An OIDC error occurred: ${code}.`;
  return new Refusal(status, { code, message, error, error_description });
}
