/** What bench/main.ts tells a contender, by the environment. */
function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing: contenders are started by bench/main.ts`);
  return value;
}

export const PORT = Number(given('PORT'));
export const BASE_URL = `http://localhost:${PORT}`;
export const REDIS_URL = given('REDIS_URL');
export const ISSUER = `${given('LOGTO_ENDPOINT')}/oidc`;
export const LOGTO_ENDPOINT = given('LOGTO_ENDPOINT');
export const APP_ID = given('LOGTO_APP_ID');
export const APP_SECRET = given('LOGTO_APP_SECRET');
export const SESSION_SECRET = given('SESSION_SECRET');
export const VIEWS = given('BENCH_VIEWS');
interface Language {
  tag: string;
  locale: string;
  dir: string;
  others: { tag: string; name: string }[];
  messages: {
    home: { intro: string };
    inside: { hello: string; helloNobody: string; onHuggingFace: string };
    account: { title: string; card: string };
    sessions: { title: string; card: string };
  };
}
/** What Doorstep's templates are written in. */
export const LANGUAGE: Language = JSON.parse(given('BENCH_LANGUAGE'));
/** Where the account is that Doorstep's page leads to; it has asked Logto's userinfo for it. */
export const HUGGING_FACE = given('BENCH_HUGGING_FACE');
/** What Doorstep asks for, so that every contender holds the same tokens. */
export const SCOPE = 'openid offline_access profile email identities';
export const TWO_WEEKS = 14 * 24 * 60 * 60_000;
