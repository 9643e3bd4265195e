using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Graph;
using Hutong.IdentityLink.Limits;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Merging;
using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Registration;
using Hutong.IdentityLink.Revoking;
using Hutong.IdentityLink.Recovering;
using Hutong.IdentityLink.SigningIn;
using Hutong.ServiceDefaults.Problems;

namespace Hutong.IdentityLink.Pages;

/// <summary>A refusal in words that tell what to do.</summary>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Chinese">For people.</param>
/// <param name="English">For people and for problem details.</param>
public sealed record Error(string Code, int Status, string Chinese, string English);

/// <summary>Every refusal of this service.</summary>
internal static class Errors
{
    private static readonly Error[] Own =
    [
        new("unknown_client", 400, "应用没有登记，或链接不完整。请回到应用重试。",
            "The app is not registered, or the link is incomplete. Go back to the app and try again."),
        new("client_not_approved", 403, "这个应用还没有获准使用 Hutong 登录。如果你是它的开发者：登记已收到，正在等待审核。",
            "This app may not be used to sign in yet. If you are its developer: the registration was received and waits for approval."),
        new("client_not_usable", 403, "这个应用现在不能使用 Hutong 登录：它没有获准，已被暂停，或已停用。",
            "This app may not be used to sign in: it was rejected, suspended or retired."),
        new("unregistered_redirect", 400, "返回地址没有为这个应用登记，所以我们不会把你送到那里。",
            "The return address is not registered for this app, so we will not send you there."),
        new("request_over", 400, "这次登录请求已经结束或过期。请回到应用重新开始。",
            "This sign-in request is over or unknown. Go back to the app and start again."),
        new("user_code_unknown", 400, "没有设备在显示这个代码。请核对后重新输入；代码十分钟后失效，设备可以再显示一个。",
            "No device shows this code. Check it and enter it again; a code is over after ten minutes, and the device can show another."),
        new("user_code_guesses", 429, "这里输错的代码太多了。请十分钟后再试，或者先登录再输入。",
            "Too many wrong codes came from here. Try again in ten minutes, or sign in first and then enter the code."),
        new("device_over", 400, "这台设备不再等待了：也许时间太久，也许已经有了答复。请在设备上重新开始。",
            "The device waits no more: it took too long, or was answered already. Start again on the device."),
        new("form_expired", 400, "这个页面打开后，登录状态有了变化。请返回、刷新页面再试。",
            "The form does not belong to this browser as it is now. Go back, reload the page and try again."),
        new(ProvedLimits.TooManyClientChanges, 429, "你登记和改动应用太频繁了。请一分钟后再试。",
            "You register and change apps too often. Try again in a minute."),
        new(ProvedLimits.TooManySignIns, 429, "这个账号登录得太频繁了。请一分钟后再试。",
            "This account signs in too often. Try again in a minute."),
        new("unknown_platform", 404, "没有这种登录方式。", "There is no such way to sign in."),
        new("state_invalid", 400, "登录没有完成：这个链接已经用过、已过期，或者来自另一个浏览器。请重新开始。",
            "The sign-in was not completed: this link was used before, is too old, or began in another browser. Start again."),
        new("session_changed", 409, "关联开始以后，这个浏览器里登录的人变了，所以什么都没有关联。",
            "Somebody else is signed in than when the link began, so nothing was linked."),
        new("platform_denied", 403, "平台没有让我们知道你是谁，也许是你选择了拒绝。可以再试一次，或换一种方式。",
            "The platform did not let us know who you are; perhaps you refused. Try again, or choose another way."),
        new(PlatformRejections.Unavailable, 503, "平台现在没有回应。请稍后再试，或换一种方式，其他方式照常可用。",
            "The platform does not answer at the moment. Try again shortly, or choose another way: the others are open."),
        new(PlatformRejections.Refused, 400, "平台没有接受这次登录。请重新开始。", "The platform did not accept this sign-in. Start again."),
        new(PlatformRejections.WrongAudience, 400, "平台的答复不是给我们的，所以没有登录。请重新开始。",
            "The platform's answer was not meant for us, so nobody was signed in. Start again."),
        new(PlatformRejections.Unproven, 400, "平台的答复无法核实，所以没有登录。请重新开始，或换一种方式。",
            "The platform's answer could not be verified, so nobody was signed in. Start again, or choose another way."),
        new(PlatformRejections.Snapshot, 403, "你是以“快照页”的访客身份打开的，平台没有告诉我们你是谁。请点页面右下角的“使用完整服务”后再登录，或换一种方式。",
            "This page was opened in the app's preview mode, so the platform answered for a made-up visitor. Choose “use the full service” at the bottom of the page and sign in again, or choose another way."),
        new(LinkDecision.NotFresh, 403, "改动账号之前，请重新登录一次，让我们确认是你本人。",
            "Sign in once more before you change your accounts, so that we know it is you."),
        new(LinkDecision.OwnedByAnother, 409, "这个账号属于另一个人，所以没有关联。如果那也是你，请用它登录。",
            "This account belongs to another person, so it was not linked. If that is you as well, sign in with it."),
        new(WaysIn.Suspended, 503, "这个平台的登录已暂停。关联仍然保留，请换一种方式登录。",
            "Signing in with this platform is suspended. What is linked stays linked; choose another way."),
        new(RecoverDecision.Invalid, 400, "现在不能这样找回身份：恢复码也许输错了、已经用过、后来换过，或者你还有能登录的账号。请检查后再试。什么都没有改变。",
            "Your identity cannot be recovered this way now: the code may be mistyped, used or replaced by a later one, or an account of yours still lets you in. Check it and try again. Nothing was changed."),
        new(RecoverDecision.Recent, 409, "这个身份刚刚找回过。为防止是别人所为，几天之内不能取消以前的关联、不能合并，也不能删除。什么都没有改变。",
            "This identity was recovered a short while ago. In case that was somebody else, earlier accounts cannot be unlinked and the identity neither merged nor erased for some days. Nothing was changed."),
        new("erasure_not_confirmed", 400, "请先勾选确认，再删除。什么都没有改变。", "Confirm that you want it erased. Nothing was changed."),
        new("link_gone", 409, "这个账号刚刚被取消关联，所以没有登录。请重新登录。",
            "The account was unlinked just now, so nobody was signed in. Sign in again."),
        new(UnlinkDecision.NotLinked, 404, "这个账号没有关联到你。", "This account is not linked to you."),
        new(UnlinkDecision.LastWayIn, 409, "这是你最后一个能登录的账号。请先关联另一个，再取消这个。",
            "This is the last account that lets you in. Link another one first, then unlink this."),
        new(MergeDecision.NothingToMerge, 409, "这个账号不属于另一个人，所以没有什么可合并。请直接关联它。",
            "This account does not belong to another person, so there is nothing to merge. Link it instead."),
        new(MergeDecision.UnknownMerge, 404, "没有这次合并，或者它已经撤销。", "There is no such merge, or it was undone already."),
        new(MergeDecision.LeavesNoWayIn, 409, "撤销后，其中一方就没有可以登录的账号了。请先再关联一个账号。",
            "Undoing this merge would leave one side without an account that lets them in. Link another account first."),
        new(OperationReason.Missing, 400, "请在 reason 字段写明理由，10 到 500 个看得见的字符。当事人会读到它。",
            "Say why in the field reason, in 10 to 500 visible characters. The person concerned will read it."),
        new(SearchForOwner.Malformed, 400, "请给出 account，或者同时给出 platform 和 identifier，不要两样都给。",
            "Send either account, as other answers name accounts, or both platform and identifier, and not all of them."),
        new(AsOf.Unreadable, 400, "asOf 和 knownAt 要写成 RFC 3339 的样子，例如 2026-11-22T09:30:00Z；在网址里 + 写作 %2B。",
            "Write asOf and knownAt as RFC 3339 has them, such as 2026-11-22T09:30:00Z; in an address + is written %2B."),
        new(AsOf.InFuture, 400, "asOf 和 knownAt 不能在未来。", "Neither asOf nor knownAt can be in the future."),
        new(AsOf.NotKnownYet, 400, "asOf 晚于 knownAt：那时还不可能知道。", "asOf is after knownAt: nothing was known of it yet. Ask for an earlier asOf or a later knownAt."),
        new(GraphInTime.InvalidCursor, 400, "这个翻页标记不是我们给的。请从第一页重新开始。", "The cursor is not one of ours. Start again without it."),
        new(LookingAtPersons.NoSuchPerson, 404, "没有这个人。", "There is no such person."),
        new(RevokingReached.UnknownTarget, 404, "没有这个账号、关联、平台、应用或人，或者没有通过它登录过任何东西。什么都没有撤销。",
            "There is no such account, link, platform, client or person, or nothing was ever reached through it. Nothing was revoked."),
        new(RevokingReached.PartOfAnother, 409, "这个人已并入另一个人，账号都归那个人。请撤销那个人的。什么都没有撤销。",
            "This person became part of another, who has all their accounts: revoke that one. Nothing was revoked."),
        new(RevokingReached.WindowUnusable, 400, "from 要早于 to，to 不能在将来。留空 to 表示到现在为止。什么都没有撤销。",
            "from must be before to, and to not in the future; leave to out to mean now. Nothing was revoked."),
        new("revocation_unknown", 404, "没有这次撤销。", "There is no such revocation."),
        new("session_unknown", 404, "没有这处会话，或者它已经结束。", "There is no such session, or it is over already."),
        new("receipts_unknown", 404, "没有这些凭证，或者它们不是你的。", "There are no such receipts, or they are not yours."),
        new(LinkDecision.UnknownPerson, 403, "请重新登录。", "Sign in again."),
        new("link_proof_invalid", 400, "对账号的证明已经用过、已过期，或者属于另一次登录。请重新关联。",
            "The proof of the account was used before, is too old, or belongs to another session. Begin the link again."),
        new(SignInDecision.Refused, 403, "通行密钥没有被接受，所以什么都没有发生。它可能已经从账号里移除，或者属于别的网站。请再试一次，或换一种方式。",
            "The passkey was not accepted, so nothing happened. Perhaps it was removed from its account, or belongs to another site. Try again, or choose another way."),
        new(Ceremonies.Over, 400, "这一步已经用过、已过期，或者来自另一个浏览器。请返回再试一次。",
            "This step was used before, is too old, or began in another browser. Go back and try again."),
        new(Passkey.NameUnusable, 400, "名字要有 1 到 64 个看得见的字符。请换一个名字。", "The name needs 1 to 64 visible characters. Choose another one."),
        new(Passkey.Unanswered, 400, "通行密钥需要浏览器支持并允许运行脚本。请换一个浏览器，或换一种方式。",
            "Passkeys need a browser that knows them and may run script. Use another browser, or choose another way."),
        new(RegisteringClients.Unknown, 404, "没有这个应用，或者它不归你管理。", "There is no such client, or it is not yours."),
        new(RegisterClient.TooMany, 409, "你登记的应用已达上限 100 个。请先停用不再需要的。",
            "You have 100 clients, as many as one may have. Delete one that you do not need any more."),
        new(RegisterClient.TooManyPending, 409, "你已有 10 个应用在等待审核。请等其中一个有了结果再登记。",
            "Ten of your clients wait for approval, as many as may. Wait for a decision on one of them, or delete it."),
        new(MetadataRules.InvalidRedirectUri, 400, "redirect_uris 中有一个地址不合规定。", "One of redirect_uris is unfit."),
        new(MetadataRules.InvalidMetadata, 400, "登记的内容有一项不合规定。", "One of the client's fields is unfit."),
        new(ClientEndpoints.VersionMissing, 428, "请在 If-Match 里写明你改动的是哪个版本（读取时的 ETag）。",
            "Send If-Match with the ETag of what you read, so that nobody's change is overwritten."),
        new(ChangeClient.SectorWouldChange, 409, "这样改动会让应用看到的用户编号全部改变。请在原主机上放置列出新地址的 sector_identifier_uri 文件，或者登记一个新应用。",
            "With this change the client would know everybody by another sub. Publish a document that lists the new addresses on the sector's host and name it as sector_identifier_uri, or register another client."),
        new(RotateSecret.NoSecret, 409, "这个应用不使用密钥。", "This client does not authenticate by a secret."),
        new(RotateSecret.Overlapping, 409, "上一个密钥还没有到期。请先结束它（DELETE …/secrets/previous），或者用 keep_previous_seconds 0 立即结束所有旧密钥。",
            "The secret before still holds. End it first (DELETE …/secrets/previous), or send keep_previous_seconds 0 to end all older ones now."),
        new(ClientClaims.SectorTaken, 409, "这个主机已属于另一位开发者的应用。请在主机上放置列出你所有 redirect_uris 的文件，并以 sector_identifier_uri 给出其地址。",
            "Another developer's client has this host as its sector. Publish a document on the host that lists all your redirect_uris, and name it as sector_identifier_uri."),
        new(ClientClaims.GroupTaken, 409, "这个 union_group 属于另一位开发者。请换一个名字。", "This union_group is another developer's. Choose another name."),
        new(ReviewClient.NothingToDecide, 409, "这个应用现在没有这样的事要决定。", "There is nothing of that kind to decide on this client."),
        new(ReviewClient.Own, 409, "这是你自己的应用，要由另一位运营人员来批准。",
            "This client is your own: another operator has to let it in."),
        new(ReviewClient.OwnerGone, 409, "登记这个应用的人已被删除，没有人为它负责，所以不能批准。",
            "Whoever registered this client was erased and nobody answers for it, so it cannot be approved."),
        new("logout_hint_invalid", 400, "退出请求无法核实，所以没有退出任何人。", "The sign-out request could not be verified, so nobody was signed out."),
        new("unregistered_post_logout_redirect", 400, "退出后的返回地址没有登记，所以我们不会把你送到那里，也没有退出。",
            "The address to return to after signing out is not registered, so we will not send you there, and nobody was signed out."),
    ];

    /// <summary>Those that every service has an entry for.</summary>
    private static readonly Error[] Common =
    [
        new("malformed_request", 400, "请求无法读取：有的内容重复、过长或格式不对。", "The request could not be read: something in it is repeated, too long or malformed."),
        new(Rejection.ConflictCode, 409, "有别的操作同时在改动，请再试一次。", "Others are changing the same thing. Try again."),
    ];

    /// <summary>A refusal by its code.</summary>
    public static Error Find(string code) => Own.Concat(Common).First(error => error.Code == code);

    /// <summary>The refusals as problem details.</summary>
    public static void AddTo(ProblemTable problems)
    {
        foreach (var error in Own)
            problems.Add(error.Code, error.Status, error.English);
    }
}
