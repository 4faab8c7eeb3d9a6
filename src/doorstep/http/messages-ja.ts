import type { Messages } from './messages.ts';

const NOT_FINISHED = 'サインインを完了できませんでした';
const CONNECT = 'Hugging Face に接続し直してください';
const DENIED = 'このサイトにはサインインできません';
const RETRY = '1 分ほど待ってから、もう一度お試しください。';

/** For the next page of an app; its own pages may take them over. */
export const flashMessages = {
  signedOut: 'サインアウトしました。',
  signedOutHereOnly:
    'このサイトからはサインアウトしました。Logto に接続できなかったため、Logto にはまだサインインしている可能性があります。',
  anotherAccount: '前回とは別のアカウントでサインインしました。',
  returnPathLost:
    'サインインしました。元のページのアドレスが長すぎて保存できなかったため、もう一度開いてください。',
};

/** What the kit's own pages say, in Japanese. */
export const ja: Messages = {
  language: 'ja',
  home: 'ホームへ戻る',
  startAgain: 'もう一度サインイン',
  connectAgain: 'Hugging Face に接続し直す',
  requestId: 'リクエスト ID',
  goOn: '次へ進む',
  signingIn: 'サインインしています',
  signingOut: 'サインアウトしています',
  ...flashMessages,
  link: {
    title: 'このリンクでサインインしますか？',
    isFor: (email) =>
      `${email} 宛てのリンクです。ご自分のメールアドレスではない場合や、心当たりがない場合は、先へ進まないでください。`,
    signedInAs: (name) =>
      `現在は ${name} としてサインインしています。続けると、このセッションは終了します。`,
    signInAs: (email) => `${email} としてサインイン`,
  },
  membersOnly: ({ organizations, account, isPending }) => {
    const who = account ? `${account} のアカウント` : 'このアカウント';
    return isPending
      ? `このサイトにサインインできるのは、Hugging Face の ${organizations} のメンバーだけです。${who}は、この組織がメンバーに求める設定（シングルサインオンまたは二要素認証）が済んでいません。`
      : `このサイトにサインインできるのは、Hugging Face の ${organizations} のメンバーだけです。${who}はメンバーではありません。`;
  },
  errors: {
    sign_in_not_found: [
      NOT_FINISHED,
      '開始から時間が経ちすぎたか、別のブラウザーで開始されたサインインです。',
    ],
    callback_malformed: [NOT_FINISHED, 'Logto からの応答が不完全でした。'],
    issuer_mismatch: [NOT_FINISHED, '応答の送信元が、このサイトの Logto ではありませんでした。'],
    issuer_missing: [NOT_FINISHED, 'Logto からの応答に、送信元が示されていませんでした。'],
    denied: [NOT_FINISHED, 'Logto で許可されなかったか、このアカウントではサインインできません。'],
    refused_by_logto: [NOT_FINISHED, 'Logto からエラーが返されました。'],
    code_refused: [NOT_FINISHED, 'Logto が発行したコードが、Logto に受け付けられませんでした。'],
    id_token_invalid: [NOT_FINISHED, 'Logto から受け取ったあなたの情報を検証できませんでした。'],
    signed_out_meanwhile: [
      NOT_FINISHED,
      'サインインの途中で、あなたのセッションが終了されました。',
    ],
    hugging_face_not_connected: [
      CONNECT,
      'このサイトには、Hugging Face を利用するためのあなたの許可がありません。',
    ],
    hugging_face_expired: [CONNECT, 'Hugging Face で許可した内容の有効期限が切れました。'],
    hugging_face_scope_missing: [
      CONNECT,
      'サインインした時点では、このサイトは Hugging Face の許可を求めていませんでした。',
    ],
    hugging_face_refused: [CONNECT, 'Hugging Face で許可した内容が無効になっています。'],
    hugging_face_unavailable: [
      '現在 Hugging Face を利用できません',
      `${RETRY}サインアウトはされていません。`,
    ],
    hugging_face_misconfigured: [
      'このサイトから Hugging Face を利用できません',
      'サイトの運営者による対応が必要です。ログに原因が記録されています。',
    ],
    sign_in_denied: [DENIED, 'このサイトへのサインインが許可されませんでした。'],
    logto_unavailable: [
      '現在、サインインサービスに接続できません',
      `${RETRY}すでにサインインしている場合は、そのまま継続しています。`,
    ],
    logto_wrong_issuer: [
      'サインインサービスを確認できません',
      'Logto の名前がこのサイトの設定と異なるため、中止しました。',
    ],
    logto_refused: [
      'サインインサービスに拒否されました',
      'このサイトの要求を Logto が拒否しました。',
    ],
    session_ended: ['セッションが終了しました', 'もう一度サインインしてください。'],
    unauthorized: ['アクセストークンが必要です', 'アクセストークンがないか、ここでは無効です。'],
    forbidden: [
      'この操作を行う権限がありません',
      '必要な権限またはロールが、アカウントにありません。',
    ],
    invalid_input: ['入力内容をご確認ください', '修正して、もう一度送信してください。'],
    session_store_unavailable: [
      '現在、セッションの保存先に接続できません',
      `${RETRY}サインアウトはされていません。`,
    ],
    bad_input: ['リンクに誤りがあります', 'リンクを確認するか、ホームからやり直してください。'],
    sign_in_link_not_open: [
      'リンクをもう一度開いてください',
      '開いてから 10 分以上経ったか、別のブラウザーで開いたか、使用済みか、その後に別のリンクを開いたようです。',
    ],
    not_a_navigation: [
      'サインインはクリックして始めてください',
      'このアドレスが自動的に読み込まれたため、サインインは開始していません。',
    ],
    method_not_allowed: [
      'このアドレスは閲覧専用です',
      '対応していない方法でアクセスされたため、何も変更していません。',
    ],
    cross_site_request: [
      'このサイトのページからの操作ではありません',
      'ほかのサイトから変更の要求がありました。何も変更していません。',
    ],
    insecure_request: [
      'このページには https が必要です',
      'リクエストが暗号化されずに届いたか、手前のプロキシが https であることを伝えていません。',
    ],
    unexpected_host: [
      'このサイトのアドレスが異なります',
      '正しいアドレスで開いてください。手前のプロキシは、Host ヘッダーを届いたまま渡す必要があります。',
    ],
    invalid_logout_token: ['ログアウトトークンを受け付けられません', '何も変更していません。'],
    invalid_webhook: ['Webhook を受け付けられません', '何も変更していません。'],
    too_many_requests: ['短時間のアクセスが多すぎます', RETRY],
    http_error: ['うまくいきませんでした', 'このままでは、リクエストに応答できません。'],
    misuse: ['サイト側で問題が発生しました', 'サイトのログに原因が記録されています。'],
    unexpected: ['サイト側で問題が発生しました', RETRY],
    not_found: ['ページが見つかりません', 'アドレスが間違っている可能性があります。'],
  },
};
