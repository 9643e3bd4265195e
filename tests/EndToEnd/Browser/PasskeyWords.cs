namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>What the passkey parts of the pages are called, in one language.</summary>
internal sealed record PasskeyWords(
    string SignIn, string NoAccountYet, string WhatToCallYou, string Create, string NameToKnowItBy, string Add, string Added,
    string Undone, string KnownHere, string NeedsScript)
{
    private static readonly PasskeyWords Chinese = new(
        "用通行密钥登录", "还没有账号？用通行密钥创建一个", "怎么称呼你", "创建账号", "给它起个名字", "添加", "通行密钥已添加。",
        "没有完成，什么都没有改变。", "这台设备上已经有你的一个通行密钥了。", "通行密钥需要浏览器支持并允许运行脚本。");

    private static readonly PasskeyWords English = new(
        "Sign in with a passkey", "No account yet? Create one with a passkey", "What to call you", "Create an account",
        "A name to know it by", "Add it", "Your passkey was added.", "That was not completed, and nothing was changed.",
        "This device has a passkey of yours already.", "Passkeys need a browser that knows them and may run script.");

    public static PasskeyWords In(string language) => language.StartsWith("zh", StringComparison.Ordinal) ? Chinese : English;
}
