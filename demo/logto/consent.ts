import type Provider from 'oidc-provider';
import { z } from 'zod';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

const consentDetails = z.object({
  missingOIDCScope: z.array(z.string()).default([]),
  missingResourceScopes: z.record(z.string(), z.array(z.string())).default({}),
});

/** Logto asks nobody for a consent to its own apps: everything that was asked for is granted. */
export async function grantAll(provider: Provider, interaction: Interaction): Promise<string> {
  const existing = interaction.grantId && (await provider.Grant.find(interaction.grantId));
  const grant =
    existing ||
    new provider.Grant({
      accountId: interaction.session?.accountId,
      clientId: String(interaction.params.client_id),
    });
  const { missingOIDCScope, missingResourceScopes } = consentDetails.parse(
    interaction.prompt.details,
  );
  grant.addOIDCScope(missingOIDCScope);
  for (const [indicator, scopes] of Object.entries(missingResourceScopes)) {
    grant.addResourceScope(indicator, scopes);
  }
  return grant.save();
}
