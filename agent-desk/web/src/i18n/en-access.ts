/** English words of the second step of signing in, the own authenticator, and confirming who one is. */
export const enAccess = {
  access: {
    codeTitle: 'Second step', code: 'Authenticator code', codeHint: '6 digits from your authenticator app.',
    recovery: 'Recovery code', recoveryHint: 'One of the 10 codes you saved, such as abcde-fghjk.',
    useRecovery: 'Use a recovery code', useCode: 'Use the authenticator code', confirm: 'Confirm',
    codeWrong: 'The code does not fit or was used already. Wait for the next one in your authenticator.',
    codeNeeded: 'Enter the 6 digits from your authenticator app.', recoveryNeeded: 'Enter your recovery code.',
    back: 'Back to sign-in', enrolTitle: 'Set up an authenticator',
    enrolWhy: 'Your role requires two-factor sign-in. Set it up once, then use its code each time you sign in.',
    scan: 'Scan this code with an authenticator app on your phone, then enter the 6 digits it shows.',
    qr: 'QR code for the authenticator app', byHand: 'You cannot scan? Type this key into the app:',
    codesTitle: 'Save your recovery codes',
    codesText: 'Each code works once if you lose your phone. They are shown only now.',
    codesSaved: 'I saved them', copy: 'Copy all', copied: 'Copied',
    stepTitle: 'Confirm who you are',
    stepText: 'This touches important data. Once confirmed it holds for 5 minutes.',
    stepSignIn: 'Confirm with your identity provider in the small window; this page waits.',
    stepWith: 'Confirm with {{name}}', stepDone: 'You are confirmed',
    stepClose: 'Close this window and go on where you were.', stepFailed: 'You are not confirmed yet',
    stepRetry: 'Close this window, then try again where you were. If it happens again, tell your administrator.',
    security: 'Account security', two: 'Two-factor sign-in', on: 'On since {{date}}', off: 'Not on yet',
    left: 'Recovery codes left: {{n}}', required: 'Your role requires it.',
    offText: 'Only your password protects your account. With an authenticator, somebody who learns the password still '
      + 'cannot sign in.',
    turnOn: 'Turn on', replace: 'Replace the device', newCodes: 'Make new recovery codes', turnOff: 'Turn off',
    turnOffAsk: 'Turn off two-factor sign-in?',
    turnOffText: 'Afterwards the password alone is enough to sign in. Your recovery codes become void.',
    turnedOff: 'Two-factor sign-in is off', turnedOn: 'Two-factor sign-in is on',
    failed: 'That did not work', password: 'Change password', current: 'Present password',
    next: 'New password', nextHint: 'At least 12 characters. You will be asked to sign in again on every device.',
    changed: 'The password was changed. Please sign in again.', with: 'Sign in with {{name}}', or: 'or',
    providerFailed: 'The identity provider did not confirm you. Try again, or sign in with your password.',
  },
  join: {
    title: 'Password', head: { INVITE: 'Welcome, {{name}}', RESET: 'A new password, {{name}}' },
    who: 'You sign in to Sambung with NPK {{npk}} and the password you set here.',
    password: 'New password', again: 'Repeat the password', differ: 'The two do not match yet.',
    hint: 'At least 12 characters. A short sentence is easy to remember and hard to guess.',
    enter: 'Save and sign in', goOn: 'Save and go on',
    // oxlint-disable-next-line unicorn/no-thenable -- words, which nobody awaits
    then: {
      enrol: 'Next: set up an authenticator on your phone.', totp: 'Next: the code of your authenticator app.',
    },
    rule: {
      PASSWORD_TOO_SHORT: 'A password has at least 12 characters.',
      PASSWORD_TOO_LONG: 'A password has at most 128 characters.',
      PASSWORD_TOO_SIMPLE: 'The password uses too few different characters.',
      PASSWORD_COMMON: 'This password is too common and easy to guess.',
      PASSWORD_OWN_NAME: 'A password must not be made of your name or NPK.',
    },
    toSignIn: 'To the sign-in page',
    fault: {
      UNKNOWN: 'This link is not known', USED: 'This link was used', EXPIRED: 'This link is too old',
      REPLACED: 'This link is void',
    },
    faultText: {
      UNKNOWN: 'Perhaps it was not copied whole. Copy it again, or ask your administrator for a new one.',
      USED: 'A password was set with this link. Sign in with that password. If it was not you who used it, tell your '
        + 'administrator at once.',
      EXPIRED: 'An invitation holds for 72 hours, a password link for 30 minutes. Ask your administrator for another.',
      REPLACED: 'There is a newer link or password, or the account is closed. Ask your administrator if you cannot '
        + 'sign in.',
    },
  },
} as const;
