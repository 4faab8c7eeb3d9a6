import { hash } from 'node:crypto';

/** SHA-256 in base64url: of one length, and it does not tell what it was made of. */
export const digest = (content: string | Buffer): string => hash('sha256', content, 'base64url');
