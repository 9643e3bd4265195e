import { html } from './html.js';

const words = {
  'zh-CN': {
    title: '伙伴应用', intro: '这是一个伙伴应用，用互通的账号登录。', signIn: '用互通登录', signedIn: '已登录', signOut: '退出登录',
    refresh: '刷新', idToken: 'ID 令牌中的声明', userinfo: '用户信息端点的声明', claim: '声明', value: '值', scope: '授权范围',
    signedOut: '已退出登录', signedOutText: '你已退出这个应用和互通。', home: '返回首页', failed: '没有登录成功', code: '错误码',
    refreshes: '刷新次数',
  },
  en: {
    title: 'Partner app', intro: 'This is a partner app. It signs you in with Hutong.', signIn: 'Sign in with Hutong',
    signedIn: 'You are signed in', signOut: 'Sign out', refresh: 'Refresh', idToken: 'Claims of the id token',
    userinfo: 'Claims of userinfo', claim: 'Claim', value: 'Value', scope: 'Scope', signedOut: 'You are signed out',
    signedOutText: 'You have signed out of this app and of Hutong.', home: 'Back to the start', failed: 'You are not signed in',
    code: 'Error code', refreshes: 'Times refreshed',
  },
};

const reasons = {
  access_denied: ['你在互通拒绝了这次授权。想好了可以再试。', 'You refused at Hutong. Try again when you like.'],
  login_required: ['你还没有登录互通，请先登录。', 'You are not signed in at Hutong. Sign in there first.'],
  consent_required: ['互通需要先征得你的同意。', 'Hutong needs to ask for your consent first.'],
  interaction_required: ['互通需要你确认后才能继续。', 'Hutong needs you to confirm before it goes on.'],
  temporarily_unavailable: ['互通暂时无法登录，请稍后再试。', 'Hutong cannot sign you in just now. Try again later.'],
  provider_unreachable: ['现在连接不上互通，请稍后再试。', 'Hutong cannot be reached just now. Try again later.'],
  not_begun_here: ['这次登录不是在这个浏览器里开始的，或已经用过、过期。请重新登录。', 'This sign-in was not begun in this browser, was used already, or is too old. Sign in again.'],
  invalid_grant: ['这次登录已失效，请重新登录。', 'This sign-in is no longer valid. Sign in again.'],
  other: ['互通没有接受这次登录。请重试；若仍不行，请告知这个应用的开发者。', 'Hutong did not accept this sign-in. Try again; if it fails again, tell the developers of this app.'],
};

export const homePage = (language, account) => {
  const say = words[language];
  return page(language, say.title, account === null
    ? html`<h1>${say.title}</h1><p>${say.intro}</p><p><a class="button" href="/sign-in">${say.signIn}</a></p>`
    : html`<h1>${say.signedIn}</h1>
      <p>${say.scope}: <code>${account.scope}</code>. ${say.refreshes}: <span id="refreshes">${account.refreshes}</span></p>
      <div class="actions">
        <form method="post" action="/refresh"><button>${say.refresh}</button></form>
        <form method="post" action="/sign-out"><button>${say.signOut}</button></form>
      </div>
      ${claims(say, say.idToken, 'id-token', account.idTokenClaims)}
      ${claims(say, say.userinfo, 'userinfo', account.userinfo)}`);
};

export const signedOutPage = (language) => {
  const say = words[language];
  return page(language, say.signedOut, html`<h1>${say.signedOut}</h1><p>${say.signedOutText}</p><p><a href="/">${say.home}</a></p>`);
};

/** @param {string} code the error, as the provider or this app names it */
export const errorPage = (language, code, description) => {
  const say = words[language];
  const reason = (reasons[code] ?? reasons.other)[language === 'en' ? 1 : 0];
  return page(language, say.failed, html`<h1>${say.failed}</h1>
    <p role="alert">${reason}</p>
    <p>${say.code}: <code id="error">${code}</code>${description ? html` · <span id="error-description">${description}</span>` : ''}</p>
    <p><a class="button" href="/sign-in">${say.signIn}</a> <a href="/">${say.home}</a></p>`);
};

const claims = (say, caption, id, set) => html`<table id="${id}">
  <caption>${caption}</caption>
  <thead><tr><th scope="col">${say.claim}</th><th scope="col">${say.value}</th></tr></thead>
  <tbody>${Object.entries(set).map(([name, value]) => html`
    <tr><th scope="row"><code>${name}</code></th><td>${typeof value === 'object' ? JSON.stringify(value) : value}</td></tr>`)}
  </tbody>
</table>`;

const page = (language, title, content) => html`<!doctype html>
<html lang="${language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <link rel="icon" href="data:,">
  <style>
    body { font: 16px/1.6 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif; color: #1d1d1f; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
    .button, button { display: inline-block; font: inherit; padding: .6rem 1.4rem; border: 0; border-radius: 8px; background: #0b5394; color: #fff; text-decoration: none; cursor: pointer; }
    .actions { display: flex; gap: .75rem; flex-wrap: wrap; }
    :focus-visible { outline: 3px solid #b35900; outline-offset: 2px; }
    table { border-collapse: collapse; width: 100%; margin-top: 1.5rem; }
    caption { text-align: left; font-weight: 600; }
    th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
    [role=alert] { border-left: 4px solid #b00020; padding-left: .75rem; }
  </style>
</head>
<body><main>${content}</main></body>
</html>
`;
