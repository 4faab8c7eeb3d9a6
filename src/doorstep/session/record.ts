import { z } from 'zod';
import { Membership, pack, unpackLater } from './packed-organizations.ts';

const Device = z.object({ name: z.string(), kind: z.enum(['laptop', 'phone', 'desktop']) });
/** What a person recognises a device by: "Chrome on macOS". */
export type Device = z.infer<typeof Device>;

/** Who is signed in. Identified by issuer and sub, never by e-mail (S19). */
const SessionUser = z.object({
  iss: z.string(),
  sub: z.string(),
  /** Logto's session, where its application asks for it. */
  sid: z.string().nullable(),
  name: z.string().nullable(),
  username: z.string().nullable(),
  picture: z.string().nullable(),
  /** Milliseconds since 1970, as the two below. */
  signedInAt: z.number(),
  /** When the session ends whatever happens. */
  endsAt: z.number(),
  /** When Logto last confirmed this person; after a failed recheck, later. */
  checkedAt: z.number(),
  /** Logto told of a change: ask it at the next request. */
  recheck: z
    .object({
      /** Another one with each change. */
      mark: z.string(),
      /** While Logto is unreachable not every page asks it; milliseconds since 1970. */
      notBefore: z.number(),
    })
    .optional(),
  device: Device,
  /** At Logto, as it last said; sorted, and empty where they were not asked for. */
  roles: z.array(z.string()),
  organizations: z.array(Membership),
  /** Known once userinfo has been asked. */
  huggingFace: z
    .object({ username: z.string().nullable(), profile: z.string().nullable() })
    .optional(),
  /** When a sign-in ended that had asked Hugging Face anew, to connect it again. */
  huggingFaceAskedAt: z.number().optional(),
  /** When Hugging Face last said that this person is a member, where only members may come in. */
  memberAt: z.number().optional(),
  /** Names by id, as far as Logto has been asked for them; of very many, some. */
  organizationNames: z.record(z.string(), z.string()).optional(),
});
export type SessionUser = z.infer<typeof SessionUser>;

/** The app's own keys: what `req.session` holds. */
const data = z.record(z.string(), z.unknown());

/** Loose: what a newer version has added survives a change by this one in a rolling deployment. */
const StoredSession = z.looseObject({
  user: SessionUser.extend({ packedOrganizations: z.string().optional() }).loose(),
  /** As received; of somebody in very many organizations without those and the signature. */
  idToken: z.string(),
  /** When a sign-in ended that this app had asked to be a fresh one; milliseconds since 1970. */
  askedToSignInAt: z.number().optional(),
  data: data.optional(),
});

const StoredVisitor = z.object({ user: z.null(), endsAt: z.number(), data });

/** What Redis holds for a session. The app writes `data`; all else is the kit's. */
export interface SessionRecord {
  user: SessionUser;
  idToken: string;
  askedToSignInAt?: number | undefined;
  data: Record<string, unknown>;
}

/** The session of somebody who has not signed in, where the app wants them to have one. */
export interface VisitorRecord {
  user: null;
  /** When it ends whatever happens, milliseconds since 1970. */
  endsAt: number;
  data: Record<string, unknown>;
}

export type AnyRecord = SessionRecord | VisitorRecord;

/** @returns null for anything that isn't of the form of a session. */
export function parseRecord(json: string): AnyRecord | null {
  const value: unknown = JSON.parse(json);
  const { data: stored } = StoredSession.safeParse(value);
  if (!stored) return StoredVisitor.safeParse(value).data ?? null;
  const { user: stated, idToken, askedToSignInAt, data, ...others } = stored;
  const { packedOrganizations, ...user } = stated;
  // Versions before `data` kept the app's keys beside the kit's.
  const record = { user, idToken, askedToSignInAt, data: { ...others, ...data } };
  if (packedOrganizations !== undefined) unpackLater(record, packedOrganizations);
  return record;
}

/** As it is stored. */
export const serializeRecord = (record: AnyRecord): string =>
  JSON.stringify(record.user ? pack(record) : record);
