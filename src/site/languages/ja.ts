import { japaneseFlashMessages } from '../../doorstep/index.ts';
import { translation } from './translation.ts';

/** 日本語。用語は Logto の日本語コンソールに合わせる（サインイン、組織、ロール、権限）。 */
export const ja = translation({
  tag: 'ja',
  name: '日本語',
  locale: 'ja-JP',
  dir: 'ltr',
  messages: {
    shell: {
      demo: 'ローカルのデモです。Logto と Hugging Face\u00a0は、このコンピューター上の代役です。',
      sharedDemo:
        'デモです。Logto と Hugging Face は代役で、用意されたアカウントはだれでも使えます。個人情報は入力しないでください。入力した内容は 1 時間以内に消去されます。',
      main: 'メイン',
      skip: '本文へ移動',
      signOut: 'サインアウト',
      signInBy: 'サインインには Logto を使用しています。',
      independent: 'Hugging Face とは関係のない、独立したサイトです。',
      language: '言語',
    },
    common: {
      home: 'ホームへ戻る',
      continueWithHuggingFace: 'Hugging Face で続ける',
      connectAgain: 'Hugging Face に接続し直す',
      tryAgain: 'もう一度試す',
      requestId: 'リクエスト ID',
      quoteIt: '<code>{id}</code>（お問い合わせの際にお知らせください）',
      unnamed: '名称なし',
      notShared: '共有されていません',
      staleOrganizations: '現在 Logto に接続できないため、前回取得した内容を表示しています。',
      noOrganizations: '所属している組織はまだありません。',
      membershipHint: '所属している組織と、そこでの役割です。',
      momentAgo: 'たった今',
    },
    flash: japaneseFlashMessages,
    home: {
      heading: 'ようこそ。',
      intro: '{app} は、お持ちの Hugging Face アカウントで入れる、小さな Web アプリです。',
      picture: '開いたドアから笑顔がのぞき、「Come on in.」と招いています。',
      otherWays: 'ほかの方法でサインイン',
      createAccount: 'アカウントを作成',
      useWorkEmail: '仕事用のメールアドレスを使う',
      workEmail: '仕事用のメールアドレス',
      goToSignIn: 'サインインへ進む',
      safe: '安全なサインインのために',
      password: 'パスワードは預かりません',
      passwordText:
        'パスワードを入力するのは Hugging Face か Logto の画面だけです。このサイトには伝わりません。',
      tokens: 'トークンはサーバーの中だけに',
      tokensText:
        '暗号化してサーバーに保管し、ブラウザーには渡しません。ブラウザーが持つのは Cookie だけです。',
      out: 'サインアウトは、すぐ確実に',
      outText:
        'サインアウトすると、サーバー上のセッションはすぐに削除されます。ほかのデバイスのセッションも終了できます。',
    },
    inside: {
      hello: '{name}\u00a0さん、こんにちは',
      helloNobody: 'こんにちは',
      onHuggingFace: 'Hugging Face（初回サインイン時）',
      knownByNothing: 'サインインしています。お名前は、このサイトに伝わっていません。',
      isSignedIn: 'サインインしています。',
      signedIn: 'サインイン日時',
      idleEnd: 'アクセスがない場合の終了日時',
      absoluteEnd: 'セッションの有効期限',
    },
    account: {
      title: 'アカウント',
      card: 'プロフィールと、このサイトが保持している情報。',
      intro: 'このサイトが保持しているあなたの情報と、その取得元です。',
      profile: 'プロフィール',
      profileFrom: 'Logto を通じて Hugging Face から取得した情報です。',
      profileFromLogto: 'Logto に登録されている情報です。',
      name: '名前',
      username: 'ユーザー名',
      firstUsername: 'ユーザー名（初回サインイン時）',
      email: 'メールアドレス',
      role: 'ロール',
      roles: 'ロール',
      identity: '連携アカウント',
      identityFrom:
        'サインインに使うアカウントです。初回サインイン時の内容で、その後 Logto では更新されません。',
      identityMissing:
        '現在 Logto に接続できないため、表示できません。しばらくしてからもう一度お試しください。',
      noIdentity: '連携しているアカウントはありません。',
      linked: '連携済み',
      organizationsThere: '所属している組織',
      organizationsFrom:
        'Logto で所属している組織です。このサイトでの権限は、Logto の内容で決まります。',
      moreOrganizations: 'ほか {count} 件',
      session: 'このセッション',
      onThisDevice: 'このデバイスのセッションです。',
      claims: 'クレーム',
      claimsFrom:
        'Logto から最後に受け取った ID トークンの内容です。長い値は省略して表示しています。',
      claim: 'クレーム',
      value: '値',
      none: 'なし',
      notAtLogto: 'Logto に登録なし',
      yes: 'はい',
      no: 'いいえ',
      atLogto: {
        edit: 'Logto で編集',
        see: 'Logto で確認',
        password: 'パスワード',
        passkeys: 'パスキー',
        authenticator: '認証アプリ',
      },
      meanings: {
        sub: 'このサイトでの ID',
        name: '名前',
        username: 'ユーザー名',
        preferred_username: '希望するユーザー名',
        picture: '画像',
        email: 'メールアドレス',
        email_verified: 'メールアドレスの有無（確認済みかどうかではありません）',
        roles: 'ロール',
        organizations: '組織',
        organization_roles: '組織でのロール',
        created_at: 'アカウントの作成日時',
        updated_at: 'プロフィールの更新日時',
        iss: '発行者（サインインを処理した Logto）',
        aud: '対象のアプリ',
        iat: '発行日時',
        exp: '有効期限（ご利用中は自動で更新）',
        sid: 'Logto でのセッション',
      },
    },
    sessions: {
      title: 'セッション',
      card: 'サインイン中のデバイス一覧。',
      intro:
        'このサイトにサインインしているデバイスの一覧です。心当たりのないものは終了してください。',
      thisDevice: 'このデバイス',
      alone: 'サインインしているのは、このデバイスだけです。',
      count: 'このデバイスを含め、{count} 台でサインインしています。',
      others: 'ほかのデバイス',
      device: '{system} の {browser}',
      unknownBrowser: '不明なブラウザー',
      inUse: '現在使用中。サインイン: <time>{when}</time>',
      lastUsed: '最終使用: {ago}。サインイン: <time>{when}</time>',
      end: 'セッションを終了',
      endOf: 'セッションを終了: {device}、{at} にサインイン（{count} 件中 {number} 件目）',
      ended: '終了しました。{device} では、もう一度サインインが必要です。',
      othersHint:
        'デバイスの紛失や、気になる点がある場合は、これ以外のセッションをすべて終了できます。',
      endOthers: 'ほかのセッションをすべて終了',
      othersEnded: '終了しました。ほかのデバイスでは、もう一度サインインが必要です。',
      newer: '新しいセッション',
      older: '古いセッション',
    },
    organizations: {
      title: '組織',
      card: '{count} 件の組織に所属しています。',
      none: '所属している組織はまだありません。Logto で組織に追加されると、ここに表示されます。',
      isDefault: '既定',
      previous: '前の組織',
      more: '次の組織',
    },
    organization: {
      roles: 'あなたのロール',
      rolesFrom: 'Logto で設定されている、この組織での役割です。',
      noRole: 'メンバーです。ロールはありません。',
      default: '既定の組織',
      defaultHint:
        'ナビゲーションの「本棚」を選ぶと、既定の組織の本棚が開きます。この設定は、このセッションの間だけ有効です。',
      isDefault: '既定の組織です。',
      isNotDefault: '既定の組織ではありません。',
      stopDefault: '既定を解除',
      makeDefault: '既定にする',
      defaultNow: '既定の組織にしました。',
      noDefaultNow: '既定の組織を解除しました。',
      all: 'すべての組織',
    },
    signOut: {
      title: 'サインアウト',
      heading: 'サインアウトしますか？',
      intro: 'サーバー上のセッションがすぐに削除され、続いて Logto のセッションも終了します。',
      notSignedIn: 'このサイトにはサインインしていません',
      notSignedInIntro:
        'Logto にはまだサインインしている可能性があります。次のボタンで Logto のセッションも終了できます。',
      atLogto: 'Logto からサインアウト',
    },
    signInLink: {
      title: 'このリンクでサインインしますか？',
      intro: '<strong>{email}</strong> としてサインインします。',
      signedInAs: '現在は <strong>{name}</strong> としてサインインしています',
      thatEnds: '続けると、現在のセッションは終了します。',
      onlyYours: 'ご自分のリンクかどうかを確認してください',
      onlyYoursText:
        'ご自分のメールアドレスではない場合や、リンクに心当たりがない場合は、先へ進まないでください。',
      signIn: 'このリンクでサインイン',
      stay: '現在のまま続ける',
    },
    books: {
      title: '本棚',
      card: '自分の本と、所属する組織で共有している本。',
      organizationCard: 'メンバーが共有している本。権限があれば追加もできます。',
      own: '自分だけの本棚です。ほかの人には見えません。',
      ofMembers: '{owner} のメンバーが共有している本です。',
      shelves: '本棚',
      yourOwn: '自分の本棚',
      none: '本はまだありません。',
      by: '<bdi>{author}</bdi>、<time>{when}</time> に追加',
      untitled: '無題',
      unknown: '不明',
      add: '本を追加',
      readOnly: '閲覧はできますが、追加には権限 <code>write:books</code> が必要です。',
      howToAdd: '権限を得るには',
      mayAdd: '権限 <code>write:books</code> があるため、追加できます。',
      bookTitle: 'タイトル',
      author: '著者',
      addBook: '追加する',
      added: '追加しました: {title}',
      full: '本棚がいっぱいです（上限 {max} 冊）',
      read: { heading: 'これらの本を表示する権限がありません', acting: '本の表示' },
      write: {
        heading: '本を追加する権限がありません',
        acting: '本の追加',
        back: '本棚へ戻る',
      },
    },
    mistakes: {
      missing: '{field}を入力してください',
      empty: '{field}を入力してください',
      tooLong: '{field}は {max} 文字以内で入力してください',
      oneLine: '{field}は改行などを含めず、1 行で入力してください',
    },
    models: {
      navigation: 'モデル',
      title: 'モデルに質問する',
      card: 'Hugging Face のモデルに、ご自分のクレジットで質問できます。',
      intro:
        '入力した内容は、あなたのアカウントから Hugging Face の <code>{model}</code> に送信され、ご自分のクレジットを使用します。質問も回答も、このサイトには保存されません。',
      asked: '質問',
      answer: '回答',
      askElse: 'ほかの質問をする',
      yourQuestion: '質問を入力',
      question: '質問',
      theQuestion: '質問',
      ask: '質問する',
      credits: 'クレジットを確認',
      failures: {
        not_accepted: {
          heading: 'Hugging Face に接続し直してください',
          happened:
            'Hugging Face で許可した内容が無効になっています。許可を取り消した可能性があります。',
          todo: '同じアカウントで接続し直してから、もう一度質問してください。',
        },
        not_permitted: {
          heading: 'モデルの実行が許可されていません',
          happened: 'このサイトには、あなたに代わってモデルを実行する許可がありません。',
          todo: 'Hugging Face に接続し直し、確認画面でモデルの実行を許可してください。',
        },
        out_of_credits: {
          heading: 'Hugging Face のクレジットを使い切りました',
          happened: 'モデルの実行にはご自分のクレジットを使用しますが、残高がありません。',
          todo: 'Hugging Face でクレジットを追加するか、来月の付与をお待ちください。その後、もう一度質問してください。',
        },
        too_fast: {
          heading: '質問の間隔が短すぎます',
          happened: 'Hugging Face で 1 分間に受け付ける質問の数を超えました。',
          todo: '1 分ほど待ってから、もう一度質問してください。',
        },
        one_at_a_time: {
          heading: '前の質問に回答しています',
          happened: '一度に送れる質問は一つです。今回の質問は送信していません。',
          todo: '前の回答を待つか、そのページの読み込みを中止してから、もう一度質問してください。',
        },
        overloaded: {
          heading: 'モデルが混み合っています',
          happened: '現在、Hugging Face にはこのモデルを実行する余裕がありません。',
          todo: '1 分ほど待ってから、もう一度質問してください。',
        },
        model_gone: {
          heading: 'モデルが見つかりません',
          happened: 'このモデルは Hugging Face にないか、提供が終了しています。',
          todo: 'サイトの運営者の方は、<code>HF_MODEL</code> に別のモデルを指定してください。',
        },
        refused: {
          heading: '質問が受け付けられませんでした',
          happened: 'Hugging Face に拒否されました。理由は、このサイトでは確認できません。',
          todo: '表現を変えるか、短くしてお試しください。解決しない場合は、下のリクエスト ID を添えてお問い合わせください。',
        },
        unreachable: {
          heading: '現在 Hugging Face に接続できません',
          happened: '応答がありませんでした。サインアウトはされていません。',
          todo: '1 分ほど待ってから、もう一度質問してください。',
        },
        too_slow: {
          heading: '回答に時間がかかりすぎました',
          happened: '制限時間を過ぎたため、中止しました。',
          todo: 'もう一度質問するか、短い回答で済む質問にしてください。',
        },
        unreadable: {
          heading: '回答を読み取れませんでした',
          happened: 'Hugging Face から届いた内容は、モデルの回答ではありませんでした。',
          todo: 'もう一度質問してください。解決しない場合は、下のリクエスト ID を添えてお問い合わせください。',
        },
        empty: {
          heading: '回答が空でした',
          happened: '回答は届きましたが、内容がありませんでした。',
          todo: 'もう一度質問するか、表現を変えてお試しください。',
        },
        broken_off: {
          heading: '回答が途中で途切れました',
          happened: '最後まで届く前に、Hugging Face との接続が切れました。',
          todo: 'もう一度質問してください。',
        },
        too_long: {
          heading: '回答を途中で打ち切りました',
          happened: 'このページに表示できる長さか、モデルが書ける長さを超えました。',
          todo: '短い回答で済む質問にするか、続きを尋ねてください。',
        },
      },
    },
    errors: {
      whatHappened: '状況',
      whatToDo: '対処方法',
      ifYouRun: 'サイトの運営者の方へ',
      check:
        '<code>npm run logto:check</code>（コンテナーイメージでは <code>doorstep check</code>）で、設定の問題を確認できます。',
      openAt: '{origin} を開く',
      mayBeDone: '操作は完了したかもしれませんが、確認できませんでした。',
      interrupted:
        '1 分ほど待ってから、ここからもう一度サインインしてください。元のページに戻ります。',
      notFinished: {
        heading: 'サインインを完了できませんでした',
        todo: 'ここからもう一度サインインしてください。数秒で済みます。データは失われていません。',
        sign_in_not_found:
          '開始から時間が経ちすぎたか、別のブラウザーで開始されたか、すでに完了しているサインインです。安全のため中止しました。',
        callback_malformed: 'Logto からの応答が不完全でした。安全のため中止しました。',
        issuer_missing:
          'Logto からの応答に、送信元を示す <code>iss</code> がありませんでした。安全のため中止しました。',
        issuer_missing_operator:
          'Logto は必ず <code>iss</code> を送信します。値がアドレスの形をしているため、ブラウザーとこのサイトの間にあるファイアウォールやプロキシが取り除いていると考えられます。<code>/callback</code> では通過させてください。',
        issuer_mismatch:
          '応答の送信元が、このサイトの Logto ではありませんでした。安全のため中止しました。',
        denied:
          'サインインが完了しないまま Logto から戻りました。許可されなかったか、このアカウントではサインインできません。',
        refused_by_logto: 'サインインの途中で、Logto からエラーが返されました。',
        code_refused:
          'Logto が発行したコードが、Logto に受け付けられませんでした。使用済みか、期限切れの可能性があります。',
        id_token_invalid:
          'Logto から受け取ったあなたの情報を検証できませんでした。安全のため中止しました。',
        signed_out_meanwhile: 'サインインの途中で、あなたのセッションが終了されました。',
        signed_out_meanwhile_todo: 'ここからもう一度サインインしてください。数秒で済みます。',
      },
      notConnected: {
        todo: 'ここから、同じアカウントで接続してください。このページに戻ります。',
        repeatedHeading: 'Hugging Face に接続しても解決しませんでした',
        repeated: '{why}接続し直した後も、同じ状態です。',
        repeatedTodo:
          '数分後にもう一度お試しください。解決しない場合は、下のリクエスト ID を添えてお問い合わせください。',
        hugging_face_not_connected:
          'このページでは Hugging Face のアカウントを使用しますが、このサイトにはその許可がありません。',
        hugging_face_expired: 'Hugging Face で許可した内容の有効期限が切れました。',
        hugging_face_scope_missing:
          'このページでは Hugging Face のアカウントを使用しますが、サインインした時点では、このサイトはその許可を求めていませんでした。',
        hugging_face_refused:
          'Hugging Face で許可した内容が無効になっています。Hugging Face で許可を取り消した可能性があります。',
      },
      unexpected: {
        heading: 'サイト側で問題が発生しました',
        happened: 'お使いの環境や操作が原因ではありません。',
        mayBeDone:
          'お使いの環境や操作が原因ではありません。操作は完了したかもしれませんが、確認できませんでした。',
        stillSignedIn:
          'お使いの環境や操作が原因ではありません。サインインしていた場合は、そのまま継続しています。',
        todo: '1 分ほど待ってから、もう一度お試しください。解決しない場合は、下のリクエスト ID を添えてお問い合わせください。',
      },
      session_store_unavailable: {
        heading: '現在、セッションの保存先に接続できません',
        notKept: 'セッションの保存先に接続できないため、サインインを保存できませんでした。',
        maybeSignedIn: 'まだサインインしている可能性があります',
        maybeSignedInText: 'セッションの削除を要求しましたが、応答がありませんでした。',
        maybeSignedInTodo: '1 分ほど待ってから、もう一度サインアウトしてください。',
        signOutAgain: 'もう一度サインアウト',
        mayBeDoneTodo:
          '1 分ほど待ってから、操作が完了しているか確認し、完了していなければもう一度行ってください。',
        notSignedOut: 'サインアウトはされていません',
        notSignedOutText: 'セッションは終了していません。一時的に読み取れないだけです。',
        notSignedOutTodo:
          '1 分ほど待ってから、もう一度お試しください。サインインし直す必要はないはずです。',
      },
      hugging_face_unavailable: {
        heading: '現在 Hugging Face を利用できません',
        happened: 'Hugging Face から正しい応答がありません。サインアウトはされていません。',
        todo: '1 分ほど待ってから、もう一度お試しください。解決しない場合は、一度サインアウトし、Hugging Face でサインインし直してください。',
      },
      hugging_face_misconfigured: {
        heading: 'このサイトから Hugging Face を利用できません',
        happened: 'サイトの運営者による対応が必要です。サインアウトはされていません。',
        todo: '時間をおいてお試しください。解決しない場合は、下のリクエスト ID を添えてお問い合わせください。',
      },
      sign_in_denied: {
        heading: 'このサイトにはサインインできません',
        noMember:
          'サインインできるのは、Hugging Face の {organizations} のメンバーだけです。{account}はメンバーではありません。',
        notYetMember:
          'サインインできるのは、Hugging Face の {organizations} のメンバーだけです。{account}は、この組織がメンバーに求める設定（シングルサインオンまたは二要素認証）が済んでいません。',
        account: '{account} のアカウント',
        thisAccount: 'このアカウント',
        todo: 'サインインできるはずの場合は、サイトの運営者にお問い合わせください。',
      },
      logto_unavailable: {
        heading: '現在、サインインサービスに接続できません',
        happened: 'サインインを担う Logto から、正しい応答がありません。',
        todo: '1 分ほど待ってから、もう一度お試しください。すでにサインインしている場合は、そのまま継続しています。',
      },
      logto_wrong_issuer: {
        heading: 'サインインサービスを確認できません',
        happened: 'Logto の名前が、このサイトの設定と異なります。安全のため中止しました。',
        todo: 'サイトの運営者による対応が必要です。すでにサインインしている場合は、そのまま継続しています。',
      },
      logto_refused: {
        heading: 'サインインサービスに拒否されました',
        happened: 'このサイトの要求を Logto が拒否しました。サイトの運営者による対応が必要です。',
        todo: '時間をおいてお試しください。解決しない場合は、下のリクエスト ID を添えてお問い合わせください。',
      },
      session_ended: {
        heading: 'セッションが終了しました',
        happened: 'Logto でセッションを確認できなくなりました。',
        todo: 'もう一度サインインしてください。',
        action: 'サインイン',
      },
      unauthorized: {
        heading: 'アクセストークンが必要です',
        happened: 'アクセストークンがないか、ここでは無効です。',
        todo: 'この API 用のアクセストークンを Logto で取得し、Authorization: Bearer で送信してください。',
      },
      invalid_input: {
        heading: '入力内容をご確認ください',
        happened: '{mistakes}',
        todo: '修正して、もう一度送信してください。',
      },
      bad_input: {
        heading: 'リンクに誤りがあります',
        happened: 'このページでは扱えない内容が含まれています: {hint}',
        todo: 'リンクを確認するか、ホームからやり直してください。',
      },
      sign_in_link_not_open: {
        heading: 'リンクをもう一度開いてください',
        happened:
          '開いてから 10 分以上経ったか、別のブラウザーで開いたか、すでに使用したか、その後に別のリンクを開いたようです。サインインもサインアウトもしていません。',
        todo: 'メールなどの元の場所から、リンクをもう一度開いてください。使用済みの場合は、新しいリンクを依頼してください。',
      },
      not_a_navigation: {
        heading: 'サインインはクリックして始めてください',
        happened: 'このアドレスが自動的に読み込まれたため、サインインは開始していません。',
        todo: 'ホームから、ご自分で開いてください。',
      },
      method_not_allowed: {
        heading: 'このアドレスは閲覧専用です',
        happened: '対応していない方法でアクセスされたため、何も変更していません。',
        todo: 'ホームからやり直してください。',
      },
      cross_site_request: {
        heading: 'このサイトのページからの操作ではありません',
        happened:
          'ほかのサイト、または送信元を示さないブラウザーから、変更の要求がありました。何も変更していません。',
        todo: 'ご自分の操作であれば、このサイトのページから行ってください。',
      },
      insecure_request: {
        heading: 'このページには https が必要です',
        happened:
          'リクエストが暗号化されずに届いたか、手前のプロキシが https であることを伝えていません。',
        todo: '先頭が https のアドレスを開いてください。',
        operator:
          'このリクエストの送信元は <code>{address}</code> です。これがご利用のプロキシであれば、<code>X-Forwarded-Proto: https</code> を送信するように設定し、そのアドレスまたはネットワークを <code>TRUST_PROXY</code> に指定してください。',
      },
      unexpected_host: {
        heading: 'このサイトのアドレスが異なります',
        happened:
          'リクエストの宛先は <code>{host}</code> でした。このサイトは、下のアドレスでのみご利用いただけます。',
        todo: '下のアドレスで開いてください。',
        operator:
          'すでに下のアドレスを開いていた場合は、手前のプロキシが <code>Host</code> ヘッダーを変更しています。届いた値をそのまま渡すように設定してください（nginx では <code>proxy_set_header Host $http_host</code>）。利用者に見えるアドレスが下のものと異なる場合は、<code>BASE_URL</code> をそのアドレスに設定し、アプリを再起動してください。',
      },
      too_many_requests: {
        heading: '短時間のアクセスが多すぎます',
        happened: '同じアドレスから、1 分間に多くのリクエストがありました。何も変更していません。',
        todo: '1 分ほど待ってから、もう一度お試しください。',
      },
      http_error: {
        heading: 'この操作はできません',
        happened: 'このサイトの応答: {status}（{meaning}）',
        todo: '前のページに戻り、別の方法でお試しください。解決しない場合は、下のリクエスト ID を添えてお問い合わせください。',
      },
      not_found: {
        heading: 'ページが見つかりません',
        intro:
          '<code>{address}</code> にページはありません。アドレスが間違っているか、ページが移動した可能性があります。',
      },
      forbidden: {
        heading: 'このページを開く権限がありません',
        acting: 'このページの表示',
        scope:
          '{acting}には権限 <code>{name}</code> が必要です。<strong>{account}</strong> のアカウントにはこの権限がありません。',
        scopeTodo: 'この権限を含むロールを管理者に依頼し、その後もう一度サインインしてください。',
        role: '{acting}にはロール <code>{name}</code> が必要です。<strong>{account}</strong> のアカウントにはこのロールがありません。',
        organizationRole:
          '{acting}には組織のロール <code>{name}</code> が必要です。<strong>{account}</strong> のアカウントにはこのロールがありません。',
        roleTodo: 'ロールを管理者に依頼し、その後もう一度サインインしてください。',
        atHuggingFaceOrganization:
          'このページを開くには、Hugging Face の組織 <code>{name}</code> のメンバーである必要があります。<strong>{account}</strong> のアカウントは該当しません。',
        atHuggingFaceRole:
          'このページを開くには、Hugging Face のロール <code>{name}</code> が必要です。<strong>{account}</strong> のアカウントは該当しません。',
        atHuggingFaceSubscription:
          'このページを開くには、Hugging Face のプラン <code>{name}</code> が必要です。<strong>{account}</strong> のアカウントは該当しません。',
        atHuggingFaceTodo:
          'Hugging Face で条件を満たすか、別のアカウントをお使いください。このページに反映されるまで、数分かかることがあります。',
        notAMember: 'この組織のメンバーではありません',
        notAMemberText:
          '<strong>{account}</strong> のアカウントは、この組織に所属していないか、所属が解除されています。',
        notAMemberTodo:
          '組織の管理者に追加を依頼してください。追加後にサインインし直す必要はありません。',
        yourOrganizations: '所属している組織',
      },
    },
  },
});
