namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>What the pages' buttons and links are called, in one language.</summary>
internal sealed record Words(
    string Tag, string SignIn, string SignOut, string WithWeibo, string WithTaobao, string Authorize, string Allow,
    string Buy, string Pay, string Paid, string Publish, string Repost, string SeeProduct, string PartnerSignIn, string PartnerSignedIn)
{
    private static readonly Words Chinese = new(
        "zh-CN", "登录", "退出", "用微博登录", "用淘宝登录", "授权", "允许",
        "购买", "付款", "已付款，订单已确认。", "发布", "转发", "查看商品", "用互通登录", "已登录");

    private static readonly Words English = new(
        "en-US", "Sign in", "Sign out", "Sign in with Weibo", "Sign in with Taobao", "Authorize", "Allow",
        "Buy", "Pay", "Paid and confirmed.", "Publish", "Repost", "See the product", "Sign in with Hutong", "You are signed in");

    public static Words In(string language) => language.StartsWith("zh", StringComparison.Ordinal) ? Chinese : English;
}
