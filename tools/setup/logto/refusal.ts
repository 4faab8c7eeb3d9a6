import { z } from 'zod';

const logtoError = z.object({
  code: z.string(),
  message: z.string().default(''),
  details: z.string().optional(),
  data: z.object({ code: z.string().optional() }).loose().optional().catch(undefined),
});

const AGAIN = 'run the same command again';

/** What to do about the error codes that set-up can meet. The rest is told in Logto's own words. */
const REMEDIES: Record<string, string> = {
  'auth.forbidden':
    'These credentials may not manage this Logto: give their application the role "Logto Management API access" in Logto Console > Applications, and run again.',
  'connector.not_found_with_connector_id':
    'This Logto has no Hugging Face connector: update it, or add the connector with `npm run cli connector add @logto/connector-huggingface`.',
  'request.feature_not_supported': `This Logto can't keep tokens, since it has no SECRET_VAULT_KEK: put what \`openssl rand -base64 32\` prints into its environment, restart it, and ${AGAIN}.`,
  'connector.multiple_target_with_same_platform': `Someone else has just made the connector: ${AGAIN}.`,
  'connector.multiple_instances_not_supported': `Someone else has just made the connector: ${AGAIN}.`,
  'resource.resource_identifier_in_use': `Someone else has just made the API: ${AGAIN}.`,
  'scope.name_exists': `Someone else has just made the scope: ${AGAIN}.`,
  'role.name_in_use': `Someone else has just made the role: ${AGAIN}.`,
  'role.scope_exists': `Someone else has just given the role its scopes: ${AGAIN}.`,
  'entity.unique_integrity_violation': `Someone else has just made the same: ${AGAIN}.`,
  'entity.not_found': `Someone else has just taken it away: ${AGAIN}.`,
  'entity.not_exists_with_id': `Someone else has just taken it away: ${AGAIN}.`,
};

/** One sentence about an answer that is no success: what it means and what to do next. */
export function explainAnswer(call: string, status: number, body: unknown): string {
  const answer = logtoError.safeParse(body);
  if (!answer.success) return explainStatus(call, status);
  const { code, message, details, data } = answer.data;
  if (data?.code === 'ERR_JWT_EXPIRED') {
    return `The access token has expired: check this machine's clock, and ${AGAIN}.`;
  }
  if (status === 401) {
    return `Logto does not accept its own access token (${data?.code ?? code}): LOGTO_ENDPOINT and the machine-to-machine application must belong to the same Logto.`;
  }
  const remedy = Object.hasOwn(REMEDIES, code) && REMEDIES[code];
  if (remedy) return remedy;
  const reason = (details ?? message).split('\n')[0] ?? '';
  return `Logto refused ${call} (${code}): ${reason.replace(/\.?$/, '.')}`;
}

function explainStatus(call: string, status: number): string {
  if (status === 404) {
    return `This Logto does not know ${call}: update it to 1.42 or later, or correct LOGTO_ENDPOINT.`;
  }
  if (status === 429 || status === 503) return `Logto stays busy (${status}): ${AGAIN} later.`;
  if (status >= 500) return `Logto failed at ${call} (${status}): look at its log, and ${AGAIN}.`;
  return `Logto refused ${call} (${status}): check that LOGTO_ENDPOINT is the address of your Logto.`;
}
