import { accountPagesArea } from './areas/account-pages.ts';
import { apiResourceArea } from './areas/api-resource.ts';
import { applicationArea } from './areas/application.ts';
import type { Area, Context, Finding } from './areas/area.ts';
import { connectorArea } from './areas/connector.ts';
import { envFileArea } from './areas/env-file.ts';
import { organizationTemplateArea } from './areas/organization-template.ts';
import { roleArea } from './areas/role.ts';
import { signInPageArea } from './areas/sign-in-page.ts';
import { canReach, webhookArea } from './areas/webhook.ts';
import { api as example } from './bookstore.ts';
import { SetupError } from './errors.ts';
import type { OrganizationLookup } from './hugging-face.ts';

export interface PlanOptions {
  context: Context;
  envFile: string;
  /** Answers of a person that belong into the file. */
  answers: Record<string, string>;
  /** A person said that none of the applications is ours. */
  createNew: boolean;
  /** With the API, a role that everybody new gets. */
  defaultRole: boolean;
  /** Logto calls the app when somebody is suspended or deleted. */
  webhook: boolean;
  givenOrganizations: string;
  organizationId: OrganizationLookup;
  now(): number;
}

export interface Step {
  area: Area;
  finding: Finding;
}

export interface Plan {
  steps: Step[];
  /** What must be registered at Hugging Face. */
  redirectUri: string;
  /** What the OAuth app there must be allowed to ask for. */
  scope: string;
}

/** Looks at every part, and changes nothing. */
export async function makePlan(options: PlanOptions): Promise<Plan> {
  const { context, envFile: path, createNew, defaultRole } = options;
  const { apiResource, organizations } = context.settings;
  const application = applicationArea(context, createNew);
  const connector = connectorArea(context);
  const webhook = options.webhook && canReach(context.settings) ? webhookArea(context) : null;
  // In this order: a button needs its connector, a role the scopes, the file the application.
  const areas: Area[] = [
    application,
    connector,
    signInPageArea(context, connector),
    accountPagesArea(context),
    ...(apiResource ? apiAreas(context, apiResource, defaultRole) : []),
    ...(organizations ? [organizationTemplateArea(context)] : []),
    ...(webhook ? [webhook] : []),
    envFileArea(context, { ...options, path, application, webhook }),
  ];
  const steps: Step[] = [];
  for (const area of areas) steps.push({ area, finding: await area.look() });
  return { steps, ...(await connector.atHuggingFace()) };
}

function apiAreas(context: Context, indicator: string, defaultRole: boolean): Area[] {
  return [
    apiResourceArea(context, indicator),
    roleArea(context, indicator, { ...example.role, isDefault: false }),
    ...(defaultRole
      ? [roleArea(context, indicator, { ...example.defaultRole, isDefault: true })]
      : []),
  ];
}

/** Something is deleted, which agreeing to a plan in advance does not cover. */
export function replacesSomething({ steps }: Plan): boolean {
  return steps.some(({ finding }) => finding.action === 'replace');
}

export function isDone({ steps }: Plan): boolean {
  return steps.every(({ finding }) => finding.write === null);
}

/**
 * Does what a plan says, in its order. Every part is looked at again before it is written, since
 * minutes may have gone by, and after, since Logto drops some of what it can't use without a word.
 *
 * @param onDone called for each part that is ready
 * @throws {SetupError} at the first part that fails. What was done before stays.
 */
export async function apply({ steps }: Plan, onDone: (finding: Finding) => void): Promise<void> {
  for (const { area, finding } of steps) {
    if (finding.write === null) continue;
    const { write } = await area.look();
    await write?.();
    const after = await area.look();
    if (after.write !== null) {
      const left = after.differences.map(({ what }) => what).join(', ');
      throw new SetupError(
        `Logto took the change of ${finding.title} and did not keep it (${left}): make it in Logto Console, and run again.`,
      );
    }
    onDone(finding);
  }
}
