import { z } from 'zod';
import { REASONS } from '../doorstep/index.ts';

/** Problem JSON (RFC 9457), as this site answers programs with it. */
export const Problem = z.object({
  title: z.string(),
  status: z.int(),
  /** What happened, and what to do. */
  detail: z.string(),
  reason: z.enum(REASONS),
  /** By field, what would be right. */
  errors: z.record(z.string(), z.string()).optional(),
  requestId: z.string(),
});
export type Problem = z.infer<typeof Problem>;
