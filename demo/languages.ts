import { acceptedLanguage } from '../src/doorstep/index.ts';
import { type Compiled, compile, type TranslationOf } from '../src/site/languages/messages.ts';

/** What the stand-ins' pages say; where Logto has the same page, in its own words. */
export const en = {
  skip: 'Skip to content',
  badge: 'Stand-in',
  title: '{title} · {service} stand-in',
  banner: 'This page stands in for {service}. Nothing leaves this machine.',
  sharedBanner:
    'This page stands in for {service}. Anybody may use its accounts: enter nothing personal.',
  footer: 'Development only. In production, the real service answers here.',
  back: 'Back to {app}',
  logto: {
    signInHeading: 'Sign in to your account',
    registerHeading: 'Create your account',
    toContinue: 'to continue to {app}',
    continueWithHuggingFace: 'Continue with Hugging Face',
    username: 'Username',
    noPassword: 'The stand-in asks for no password.',
    signIn: 'Sign in',
    createAccount: 'Create account',
    usernameMissing: 'A username, please.',
    usernameShape: 'Letters, digits, - and _ only, and no digit first.',
    taken: '“{username}” is taken. Choose “Sign in” if it is you.',
    unknown: 'There is no account “{username}” yet. Choose “Create account” to make it.',
    tooMany: 'There are as many accounts as there may be here. Use one that is there.',
    signOut: 'Sign out',
    signedOut: 'You have successfully signed out.',
    accessDenied: 'Access denied',
    suspended: 'This account has been suspended.',
    unknownSession: 'Session not found. Please go back and sign in again.',
    signedInAs: 'You are currently signed in as {name}.',
    somebody: 'somebody',
    continueAs: 'Continue as {email}',
    invalidLink: 'Invalid link. {reason}',
    invalidAuthorization: 'The authorization is invalid',
    unsuccessful: "The user's authorization process is unsuccessful.",
    connectorError: 'Error occurred in connector: {reason}',
  },
  huggingFace: {
    heading: 'Let {app} sign you in?',
    asksWho: '{app} asks Hugging Face who you are.',
    continueAs: 'Continue as',
    willSee: '{app} will see',
    profile: 'Your name, username and picture',
    email: 'Your e-mail address',
    organizations: 'Your organizations',
    inference: 'Running models on your credits',
    authorize: 'Authorize',
    cancel: 'Cancel',
  },
} as const;

const ja = {
  skip: '本文へ移動',
  badge: '代役',
  title: '{title} · {service} の代役',
  banner: 'これは {service} の代役のページです。通信はこのコンピューターの外に出ません。',
  sharedBanner:
    'これは {service} の代役のページです。アカウントはだれでも使えるため、個人情報を入力しないでください。',
  footer: '開発専用です。本番環境では、本物のサービスが応答します。',
  back: '{app} に戻る',
  logto: {
    signInHeading: 'アカウントにサインインする',
    registerHeading: 'アカウントを作成する',
    toContinue: '{app} へ進みます',
    continueWithHuggingFace: 'Hugging Face で続ける',
    username: 'ユーザー名',
    noPassword: 'この代役では、パスワードは不要です。',
    signIn: 'サインイン',
    createAccount: 'アカウントを作成する',
    usernameMissing: 'ユーザー名を入力してください。',
    usernameShape: '使えるのは英数字、「-」、「_」だけです。数字で始めることはできません。',
    taken:
      '「{username}」はすでに使われています。ご自身のアカウントであれば、「サインイン」を選んでください。',
    unknown:
      '「{username}」というアカウントはまだありません。「アカウントを作成する」を選ぶと作成できます。',
    tooMany: 'これ以上アカウントを作成できません。すでにあるアカウントを使ってください。',
    signOut: 'サインアウト',
    signedOut: 'サインアウトしました。',
    accessDenied: 'アクセスが拒否されました',
    suspended: 'このアカウントは停止されています。',
    unknownSession: 'セッションが見つかりません。戻って、もう一度サインインしてください。',
    signedInAs: '現在は {name} としてサインインしています。',
    somebody: '別の人',
    continueAs: '{email} として続ける',
    invalidLink: '無効なリンクです。{reason}',
    invalidAuthorization: '認証が無効です',
    unsuccessful: '認証が完了しませんでした。',
    connectorError: 'コネクタでエラーが発生しました: {reason}',
  },
  huggingFace: {
    heading: '{app} にサインインしますか？',
    asksWho: '{app} が、あなたの Hugging Face アカウントを確認しようとしています。',
    continueAs: '使用するアカウント',
    willSee: '{app} に許可する内容',
    profile: '名前、ユーザー名、画像の取得',
    email: 'メールアドレスの取得',
    organizations: '所属組織の取得',
    inference: 'あなたのクレジットでのモデルの実行',
    authorize: '許可する',
    cancel: 'キャンセル',
  },
} as const;
const translated: TranslationOf<typeof en, typeof ja> = ja;

export type StandInTag = 'en' | 'ja';

export interface StandInLanguage {
  tag: StandInTag;
  t: Compiled<typeof en>;
}

const languageFrom = (tag: StandInTag, source: typeof en | typeof translated) => ({
  tag,
  t: compile<typeof en>(source, tag),
});
const english = languageFrom('en', en);
const LANGUAGES = new Map<string, StandInLanguage>([
  ['en', english],
  ['ja', languageFrom('ja', translated)],
]);

/**
 * @param uiLocales As OpenID Connect has it: tags in the order of preference, between blanks. It wins over
 * what the browser prefers, as at Logto.
 */
export function languageOf(
  req: Parameters<typeof acceptedLanguage>[0],
  uiLocales: unknown = '',
): StandInLanguage {
  const asked = String(uiLocales)
    .split(' ')
    .map((tag) => LANGUAGES.get(tag.toLowerCase().split('-')[0] ?? ''))
    .find((language) => language !== undefined);
  return asked ?? LANGUAGES.get(acceptedLanguage(req, [...LANGUAGES.keys()]) ?? '') ?? english;
}
