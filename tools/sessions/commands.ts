import type { Logger } from 'pino';
import { type Logto, Revocations, type Sessions } from '../../src/doorstep/operator.ts';
import { printable } from '../shared/terminal.ts';

interface User {
  iss: string;
  sub: string;
}

const MOST = 1000;
/** Of a device's name, UTF-16 units: an unknown one is named by what its browser sent. */
const MAX_DEVICE_LENGTH = 80;

/** Where nothing is found, an app with another prefix is the likely reason. */
const whereItLooked = (prefix: string): string =>
  prefix === ''
    ? 'It looked under keys without a prefix: if the app has one, name it with --prefix.'
    : `It looked under keys that begin with "${printable(prefix)}".`;

/** @returns one line a session, the latest first; never an id, which would open it. */
export async function listSessions(
  { sessions, prefix }: { sessions: Sessions; prefix: string },
  user: User,
): Promise<string> {
  const now = Date.now();
  const sub = printable(user.sub);
  const { sessions: found, unreadable } = await sessions.list(user, { offset: 0, count: MOST });
  const others = unreadable
    ? `${unreadable} more can’t be read: they were sealed with another SESSION_SECRET, or by another version.\n`
    : '';
  if (found.length === 0) {
    return others || `${sub} is signed in nowhere. ${whereItLooked(prefix)}\n`;
  }
  const lines = found.map((session) => {
    const begun = new Date(session.user.signedInAt).toISOString();
    const minutes = Math.round((now - session.lastUsedAt) / 60_000);
    return `  ${printable(session.user.device.name.slice(0, MAX_DEVICE_LENGTH)).padEnd(28)} signed in ${begun}, last used ${minutes} min ago`;
  });
  return `${sub} is signed in on ${found.length}:\n${lines.join('\n')}\n${others}`;
}

/** Ends them all, and sign-ins under way with them; the refresh tokens go back to Logto. */
export async function endSessions(
  deps: { sessions: Sessions; logto: Logto; logger: Logger; prefix: string },
  user: User,
): Promise<string> {
  const ended = await deps.sessions.endAll(user);
  await new Revocations(deps).revokeAll(ended);
  const count = ended.filter(({ wasLive }) => wasLive).length;
  const where = count === 0 ? ` ${whereItLooked(deps.prefix)}` : '';
  return `Ended ${count} of ${printable(user.sub)}.${where}\n`;
}
