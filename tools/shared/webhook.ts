import { DEFAULT_PATHS, WEBHOOK_EVENTS } from '../../src/doorstep/operator.ts';

export { WEBHOOK_EVENTS };

/** Where the app takes them. */
export const webhookUrlOf = (baseUrl: string): string => baseUrl + DEFAULT_PATHS.webhook;
