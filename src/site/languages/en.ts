import { englishFlashMessages } from '../../doorstep/index.ts';

/**
 * English, the language of whoever prefers none that there is. Its keys and placeholders are those of
 * every other language: docs/languages.md. British spelling, as the dates are.
 */
export const en = {
  tag: 'en',
  name: 'English',
  locale: 'en-GB',
  dir: 'ltr',
  messages: {
    shell: {
      demo: 'Local demo: Logto and Hugging Face are stand-ins on this machine.',
      sharedDemo:
        'Demo: Logto and Hugging Face are stand-ins, and anybody may use their accounts. Enter nothing personal; within the hour, everything is forgotten.',
      main: 'Main',
      skip: 'Skip to content',
      signOut: 'Sign out',
      signInBy: 'Sign-in by Logto.',
      independent: 'Independent of Hugging Face.',
      language: 'Language',
    },
    common: {
      home: 'Go to the home page',
      continueWithHuggingFace: 'Continue with Hugging Face',
      connectAgain: 'Connect Hugging Face again',
      tryAgain: 'Try again',
      requestId: 'Request ID',
      quoteIt: '<code>{id}</code>. Quote it if you ask for help.',
      unnamed: 'Unnamed',
      notShared: 'Not shared',
      staleOrganizations: 'Logto can’t be reached right now: this is what it said last.',
      noOrganizations: 'You belong to none yet.',
      membershipHint: 'Where you are a member, and what you may do there.',
      momentAgo: 'a moment ago',
    },
    /** What the kit says, where the person was led back to a page. */
    flash: englishFlashMessages,
    home: {
      heading: 'Come on in.',
      intro: '{app} is a small web app that opens with the Hugging Face account you already have.',
      picture: 'An open door with a smiling face: Come on in.',
      otherWays: 'Other ways to sign in',
      createAccount: 'Create account',
      useWorkEmail: 'Use your work e-mail',
      workEmail: 'Work e-mail',
      goToSignIn: 'Go to sign-in',
      safe: 'How your sign-in is kept safe',
      password: 'Your password stays yours',
      passwordText: 'You type it at Hugging Face or Logto, never here. This site doesn’t see it.',
      tokens: 'Tokens stay on our server',
      tokensText:
        'They are encrypted there, and your browser never gets them. It holds only a cookie.',
      out: 'Out means out',
      outText:
        'Signing out deletes your session on our server at once. You can end it on other devices too.',
    },
    inside: {
      hello: 'Hello, {name}',
      helloNobody: 'Hello',
      onHuggingFace: 'on Hugging Face, when you first signed in',
      knownByNothing: 'You are signed in. Your name isn’t known here.',
      isSignedIn: 'You are signed in.',
      signedIn: 'Signed in',
      idleEnd: 'Ends if you don’t come back by',
      absoluteEnd: 'Ends in any case',
    },
    account: {
      title: 'Account',
      card: 'Your profile, and what this site knows about you.',
      intro: 'Everything this site knows about you, and where it comes from.',
      profile: 'Profile',
      profileFrom: 'Comes from Hugging Face, by way of Logto.',
      profileFromLogto: 'As Logto has it.',
      name: 'Name',
      username: 'Username',
      firstUsername: 'Username, when you first signed in',
      email: 'E-mail',
      role: 'Role',
      roles: 'Roles',
      identity: 'Linked identity',
      identityFrom:
        'The account you sign in with, as it was when you first signed in. Logto doesn’t renew it.',
      identityMissing:
        'Logto can’t be reached right now, so this part is missing. Try again in a minute.',
      noIdentity: 'None is linked to your account.',
      linked: 'Linked',
      organizationsThere: 'Your organizations there',
      organizationsFrom: 'At Logto, which decides what you may do on this site.',
      moreOrganizations: 'And {count} more',
      session: 'This session',
      onThisDevice: 'On this device.',
      claims: 'Claims',
      claimsFrom: 'What Logto’s last ID token says about you. Long values are cut short.',
      claim: 'Claim',
      value: 'Value',
      none: 'None',
      notAtLogto: 'Logto has none',
      yes: 'Yes',
      no: 'No',
      atLogto: {
        edit: 'Edit at Logto',
        see: 'See it at Logto',
        password: 'Password',
        passkeys: 'Passkeys',
        authenticator: 'Authenticator app',
      },
      /** By the claim's name. */
      meanings: {
        sub: 'Your ID at this site',
        name: 'Name',
        username: 'Username',
        preferred_username: 'Preferred username',
        picture: 'Picture',
        email: 'E-mail address',
        email_verified: 'Has an e-mail address (not whether it was checked)',
        roles: 'Roles',
        organizations: 'Organizations',
        organization_roles: 'Roles in organizations',
        created_at: 'Account created',
        updated_at: 'Profile changed',
        iss: 'Issuer: the Logto that signed you in',
        aud: 'For which app',
        iat: 'Issued',
        exp: 'Valid until; renewed while you use this site',
        sid: 'Session at Logto',
      },
    },
    sessions: {
      title: 'Sessions',
      card: 'The devices where you are signed in.',
      intro: 'The devices where you are signed in to this site. End any that you don’t recognise.',
      thisDevice: 'This device',
      alone: 'Only this device is signed in.',
      count: '{count} devices are signed in, this one included.',
      others: 'Other devices',
      device: '{browser} on {system}',
      unknownBrowser: 'Unknown browser',
      inUse: 'In use now. Signed in <time>{when}</time>.',
      lastUsed: 'Last used {ago}. Signed in <time>{when}</time>.',
      end: 'End session',
      endOf: 'End session: {device}, signed in {at} ({number} of {count})',
      ended: 'Ended. {device} has to sign in again.',
      othersHint: 'Lost a device, or something looks odd? End everything but this one.',
      endOthers: 'End all other sessions',
      othersEnded: 'Ended. All other devices have to sign in again.',
      newer: 'Newer sessions',
      older: 'Older sessions',
    },
    organizations: {
      title: 'Organizations',
      card: 'You belong to {count, plural, one {# organization} other {# organizations}}.',
      none: 'You belong to none yet. When somebody adds you to one at Logto, you see it here.',
      isDefault: 'Default',
      previous: 'Previous organizations',
      more: 'More organizations',
    },
    organization: {
      roles: 'Your roles',
      rolesFrom: 'What you may do here, according to Logto.',
      noRole: 'You are a member, without a role.',
      default: 'Default organization',
      defaultHint:
        '“Books” in the navigation opens the books of your default organization. It lasts as long as this session.',
      isDefault: 'This is your default organization.',
      isNotDefault: 'This is not your default organization.',
      stopDefault: 'Stop using it as default',
      makeDefault: 'Make it the default',
      defaultNow: 'This is your default organization now.',
      noDefaultNow: 'You have no default organization now.',
      all: 'All organizations',
    },
    signOut: {
      title: 'Sign out',
      heading: 'Sign out?',
      intro:
        'This deletes your session on our server at once. Then Logto ends the one you have there.',
      notSignedIn: 'You are not signed in here',
      notSignedInIntro:
        'You may still be signed in at Logto. This button ends your session there too.',
      atLogto: 'Sign out at Logto',
    },
    signInLink: {
      title: 'Sign in with this link?',
      intro: 'The link signs you in as <strong>{email}</strong>.',
      signedInAs: 'You are signed in as <strong>{name}</strong>',
      thatEnds: 'That session ends here when you go on.',
      onlyYours: 'Only if it is yours',
      onlyYoursText: 'If this isn’t your address, or you didn’t expect the link, don’t go on.',
      signIn: 'Sign in with this link',
      stay: 'Stay as you are',
    },
    books: {
      title: 'Books',
      card: 'Your own books, and those that your organizations share.',
      organizationCard: 'The books that its members share: read them, and add some if you may.',
      own: 'Your own books. Nobody else sees them.',
      ofMembers: 'The books that the members of {owner} share.',
      shelves: 'Shelves',
      yourOwn: 'Your own',
      none: 'No books here yet.',
      by: 'by <bdi>{author}</bdi>. Added <time>{when}</time>.',
      untitled: 'Untitled',
      unknown: 'Unknown',
      add: 'Add a book',
      readOnly:
        'You may read these books. Adding books requires the permission <code>write:books</code>.',
      howToAdd: 'How to get it',
      mayAdd: 'You may, since you have the permission <code>write:books</code>.',
      bookTitle: 'Title',
      author: 'Author',
      addBook: 'Add book',
      added: 'Added: {title}',
      full: 'The shelf is full: it holds {max} books',
      read: { heading: 'You can’t see these books yet', acting: 'Seeing books' },
      write: {
        heading: 'You can’t add books yet',
        acting: 'Adding books',
        back: 'Back to Books',
      },
    },
    mistakes: {
      missing: '{field} must be given',
      empty: '{field} must not be empty',
      tooLong: '{field} must be at most {max} characters',
      oneLine: '{field} must be one line of text',
    },
    models: {
      navigation: 'Models',
      title: 'Ask a model',
      card: 'At Hugging Face, as you and on your credits.',
      intro:
        'What you write goes to <code>{model}</code> at Hugging Face, as you and on your credits. This site keeps neither question nor answer.',
      asked: 'You asked',
      answer: 'The answer',
      askElse: 'Ask something else',
      yourQuestion: 'Your question',
      question: 'Question',
      theQuestion: 'The question',
      ask: 'Ask',
      credits: 'See your credits',
      failures: {
        not_accepted: {
          heading: 'Connect Hugging Face again',
          happened:
            'Hugging Face no longer takes the permission that you gave; you may have taken it back.',
          todo: 'Connect it again as the same person, then ask once more.',
        },
        not_permitted: {
          heading: 'You gave no permission to run models',
          happened: 'Hugging Face says that this site may not run a model for you.',
          todo: 'Connect Hugging Face again, and on its page leave the permission to run models in.',
        },
        out_of_credits: {
          heading: 'Your credits at Hugging Face are used up',
          happened: 'Hugging Face runs models on your credits, and says that none are left.',
          todo: 'Add credits there, or wait for those of next month. Then ask again.',
        },
        too_fast: {
          heading: 'That was too fast for Hugging Face',
          happened: 'It takes only so many questions of one person in a minute.',
          todo: 'Wait a minute, then ask again.',
        },
        one_at_a_time: {
          heading: 'Your last question is still being answered',
          happened: 'One question at a time: this one was not sent.',
          todo: 'Wait for that answer, or stop loading its page. Then ask again.',
        },
        overloaded: {
          heading: 'The model is too busy',
          happened: 'No provider at Hugging Face can run it right now.',
          todo: 'Wait a minute, then ask again.',
        },
        model_gone: {
          heading: 'The model is gone',
          happened: 'Hugging Face has no such model, or nobody there runs it any more.',
          todo: 'If you run this site, name another one in <code>HF_MODEL</code>.',
        },
        refused: {
          heading: 'The model didn’t take the question',
          happened:
            'Hugging Face refused it, and did not say why in a way that this site understands.',
          todo: 'Ask it in other words, or shorter. If it stays like this, quote the request ID below.',
        },
        unreachable: {
          heading: 'We can’t reach Hugging Face right now',
          happened: 'No answer came back. You have not been signed out.',
          todo: 'Wait a minute, then ask again.',
        },
        too_slow: {
          heading: 'The model took too long',
          happened: 'The time for an answer was over, so this site stopped it.',
          todo: 'Ask again, or ask for something shorter.',
        },
        unreadable: {
          heading: 'The answer can’t be read',
          happened: 'What came from Hugging Face is no answer of a model.',
          todo: 'Ask again. If it stays like this, quote the request ID below.',
        },
        empty: {
          heading: 'The model said nothing',
          happened: 'Its answer came, with not a word in it.',
          todo: 'Ask again, or in other words.',
        },
        broken_off: {
          heading: 'The answer breaks off',
          happened: 'The connection to Hugging Face was cut before its end.',
          todo: 'Ask again.',
        },
        too_long: {
          heading: 'The answer is cut short',
          happened: 'It is longer than this page shows, or than the model may write.',
          todo: 'Ask for something shorter, or for the rest.',
        },
      },
    },
    errors: {
      whatHappened: 'What happened',
      whatToDo: 'What to do',
      ifYouRun: 'If you run this site',
      check:
        '<code>npm run logto:check</code> (in the image: <code>doorstep check</code>) says what is wrong with the set-up.',
      openAt: 'Open {origin}',
      mayBeDone: 'What you asked for may or may not have been done.',
      interrupted:
        'Wait a minute, then start again from here. You will come to the page that you wanted.',
      notFinished: {
        heading: 'We couldn’t finish signing you in',
        todo: 'Start again from here. It takes a few seconds, and nothing was lost.',
        sign_in_not_found:
          'This sign-in was started too long ago, or in another browser, or it was finished already. To keep you safe, we stopped it.',
        callback_malformed:
          'The answer from Logto was incomplete. To keep you safe, we stopped it.',
        issuer_missing:
          'The answer from Logto arrived without its <code>iss</code>, the part that says who sent it. To keep you safe, we stopped it.',
        issuer_missing_operator:
          'Logto always sends <code>iss</code>. A firewall or proxy between the browser and this site removes it, often because its value is an address: let it pass for <code>/callback</code>.',
        issuer_mismatch:
          'The answer came from somebody other than our Logto. To keep you safe, we stopped it.',
        denied:
          'Logto came back without signing you in: somebody said no, or the account may not sign in here.',
        refused_by_logto: 'Logto came back with an error instead of signing you in.',
        code_refused:
          'Logto didn’t accept the code that it had sent with you. It may have been used before, or have expired.',
        id_token_invalid:
          'What Logto told us about you could not be verified. To keep you safe, we stopped it.',
        signed_out_meanwhile: 'Your sessions were ended while you were signing in.',
        signed_out_meanwhile_todo: 'Start again from here. It takes a few seconds.',
      },
      notConnected: {
        todo: 'Connect it from here, as the same person. You come back to exactly this page.',
        repeatedHeading: 'Connecting Hugging Face didn’t help',
        repeated: '{why} You have connected it just now, and that is still so.',
        repeatedTodo:
          'Try again in some minutes. If it stays like this, quote the request ID below.',
        hugging_face_not_connected:
          'This page works with your account at Hugging Face, and this site has no permission for it.',
        hugging_face_expired: 'The permission that you gave at Hugging Face has run out.',
        hugging_face_scope_missing:
          'This page works with your account at Hugging Face, and you signed in before this site could ask for that.',
        hugging_face_refused:
          'Hugging Face no longer takes the permission that you gave; you may have taken it back there.',
      },
      unexpected: {
        heading: 'Something broke on our side',
        happened: 'It isn’t your doing.',
        mayBeDone: 'It isn’t your doing. What you asked for may or may not have been done.',
        stillSignedIn: 'It isn’t your doing. You are still signed in if you were before.',
        todo: 'Try again in a minute. If it stays like this, quote the request ID below.',
      },
      session_store_unavailable: {
        heading: 'We can’t reach our session store right now',
        notKept: 'Our session store can’t be reached, so your sign-in could not be kept.',
        maybeSignedIn: 'You may still be signed in',
        maybeSignedInText: 'We asked to delete your session and got no answer.',
        maybeSignedInTodo: 'Wait a minute, then sign out once more.',
        signOutAgain: 'Sign out again',
        mayBeDoneTodo:
          'Wait a minute, then look whether it was done, and do it again if it wasn’t.',
        notSignedOut: 'You have not been signed out',
        notSignedOutText: 'We ended nothing. This page just can’t read your session at the moment.',
        notSignedOutTodo: 'Wait a minute, then try again. You shouldn’t need to sign in.',
      },
      hugging_face_unavailable: {
        heading: 'We can’t reach Hugging Face for you right now',
        happened: 'Hugging Face doesn’t answer as it should. You have not been signed out.',
        todo: 'Wait a minute, then try again. If it stays like this, sign out and in again with Hugging Face.',
      },
      hugging_face_misconfigured: {
        heading: 'This site can’t ask Hugging Face for you',
        happened: 'Whoever runs the site has to fix this. You have not been signed out.',
        todo: 'Try again later. If it stays like this, quote the request ID below.',
      },
      sign_in_denied: {
        heading: 'You can’t sign in here',
        noMember:
          'Only members of {organizations} at Hugging Face may sign in here, and {account} is not one of them.',
        notYetMember:
          'Only members of {organizations} at Hugging Face may sign in here, and {account} has not yet done what that organization wants of its members: single sign-on, or a second factor.',
        account: 'the account {account}',
        thisAccount: 'this account',
        todo: 'If you think that you should, ask whoever runs this site.',
      },
      logto_unavailable: {
        heading: 'We can’t reach our sign-in service right now',
        happened: 'Logto, which signs people in here, doesn’t answer as it should.',
        todo: 'Wait a minute, then try again. If you are signed in already, you still are.',
      },
      logto_wrong_issuer: {
        heading: 'Our sign-in service isn’t the one we expect',
        happened:
          'Logto answers under another name than this site knows. To keep you safe, we stopped.',
        todo: 'Whoever runs the site has to fix this. If you are signed in already, you still are.',
      },
      logto_refused: {
        heading: 'Our sign-in service said no',
        happened: 'Logto refused what this site asked for. Whoever runs the site has to fix this.',
        todo: 'Try again later. If it stays like this, quote the request ID below.',
      },
      session_ended: {
        heading: 'Your session has ended',
        happened: 'Logto no longer confirms it.',
        todo: 'Sign in again.',
        action: 'Sign in',
      },
      unauthorized: {
        heading: 'This needs an access token',
        happened: 'There was none, or it is not valid here.',
        todo: 'Get one from Logto for this API, and send it as Authorization: Bearer.',
      },
      invalid_input: {
        heading: 'Something isn’t right yet',
        happened: '{mistakes}.',
        todo: 'Change it, then send it again.',
      },
      bad_input: {
        heading: 'This link isn’t quite right',
        happened: 'It says something that this page doesn’t understand: {hint}.',
        todo: 'Check the link, or start from the home page.',
      },
      sign_in_link_not_open: {
        heading: 'Open your link once more',
        happened:
          'It was opened over 10 minutes ago or in another browser, or it was used, or another link was opened after it. Nobody was signed in or out.',
        todo: 'Open the link again where you got it. If it has been used, ask for a new one.',
      },
      not_a_navigation: {
        heading: 'A sign-in starts with a click',
        happened: 'This address was fetched in the background, so nothing was started.',
        todo: 'Open it yourself, from the home page.',
      },
      method_not_allowed: {
        heading: 'This address is for reading only',
        happened: 'It was asked for in a way that it doesn’t answer, so nothing was changed.',
        todo: 'Start from the home page.',
      },
      cross_site_request: {
        heading: 'That didn’t come from our own pages',
        happened:
          'Another site, or a browser that doesn’t say where it comes from, asked for a change here. Nothing was changed.',
        todo: 'If it was you, do it from our own page.',
      },
      insecure_request: {
        heading: 'This page needs https',
        happened:
          'The request reached this server without encryption, or the proxy in front of it didn’t say otherwise.',
        todo: 'Open the address with https in front.',
        operator:
          'This request was sent from <code>{address}</code>. If that is your proxy, let it send <code>X-Forwarded-Proto: https</code> and name that address, or its network, in <code>TRUST_PROXY</code>.',
      },
      unexpected_host: {
        heading: 'This site has another address',
        happened:
          'This request was for <code>{host}</code>. This site answers at the address below only.',
        todo: 'Open it there.',
        operator:
          'Is that where you were already? Then the proxy in front changes the <code>Host</code> header: let it pass on what came (nginx: <code>proxy_set_header Host $http_host</code>). If people see another address than the one below, set <code>BASE_URL</code> to theirs and restart the app.',
      },
      too_many_requests: {
        heading: 'That was a little too often',
        happened: 'Many requests came from your address within a minute. Nothing was changed.',
        todo: 'Wait a minute, then try again.',
      },
      http_error: {
        heading: 'That can’t be done',
        happened: 'This site answered {status} ({meaning}).',
        todo: 'Go back and try it another way. If it stays like this, quote the request ID below.',
      },
      not_found: {
        heading: 'There is no page here',
        intro:
          'Nothing answers at <code>{address}</code>. The address may be mistyped, or the page has moved.',
      },
      forbidden: {
        heading: 'You can’t open this page yet',
        acting: 'This page',
        scope:
          '{acting} needs the permission <code>{name}</code>. The account <strong>{account}</strong> doesn’t have it.',
        scopeTodo: 'Ask an administrator for a role that includes it, then sign in again.',
        role: '{acting} needs the role <code>{name}</code>. The account <strong>{account}</strong> doesn’t have it.',
        organizationRole:
          '{acting} needs the organization role <code>{name}</code>. The account <strong>{account}</strong> doesn’t have it.',
        roleTodo: 'Ask an administrator for it, then sign in again.',
        atHuggingFaceOrganization:
          'This page is for members of the organization <code>{name}</code> at Hugging Face. The account <strong>{account}</strong> isn’t one.',
        atHuggingFaceRole:
          'This page needs the role <code>{name}</code> at Hugging Face. The account <strong>{account}</strong> doesn’t have it.',
        atHuggingFaceSubscription:
          'This page needs the subscription <code>{name}</code> at Hugging Face. The account <strong>{account}</strong> doesn’t have it.',
        atHuggingFaceTodo:
          'Change that there, or use another account. It can take some minutes until this page knows.',
        notAMember: 'You are not a member of this organization',
        notAMemberText:
          'The account <strong>{account}</strong> doesn’t belong to it, or no longer does.',
        notAMemberTodo:
          'Ask one of its administrators to add you. You need not sign in again after that.',
        yourOrganizations: 'Your organizations',
      },
    },
  },
} as const;
