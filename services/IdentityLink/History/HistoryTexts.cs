using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Platforms;

namespace Hutong.IdentityLink.History;

/// <summary>The lines of a history in words, in Chinese and in English.</summary>
internal static class HistoryTexts
{
    public static (string Chinese, string English) Of(HistoryLine line, KnownPlatforms platforms)
    {
        var (chinese, english) = line.Platform is { } platform ? platforms.TitleOf(platform) : ("", "");
        return line.What switch
        {
            "person_registered" => ($"你第一次来，用的是{chinese}。", $"You came here for the first time, with {english}."),
            "signed_in" => ($"用{chinese}登录。", $"Signed in with {english}."),
            "account_linked" => ($"关联了{chinese}账号。", $"A {english} account was linked."),
            "account_unlinked" => ($"取消关联了{chinese}账号。", $"A {english} account was unlinked."),
            "person_absorbed" => ("另一个身份并入了你。", "Another identity became part of yours."),
            "merged_into_person" => ("这个身份并入了另一个。", "This identity became part of another."),
            "person_released" or "person_restored" => ("一次合并被撤销了。", "A merge was undone."),
            "consent_given" => ($"授权了应用“{line.Partner}”。", $"The app {line.Partner} was allowed to use your identity."),
            "consent_withdrawn" => ($"收回了对应用“{line.Partner}”的授权。", $"What the app {line.Partner} was allowed was withdrawn."),
            "recovery_code_made" => ("生成了恢复码。", "A recovery code was made."),
            "person_recovered" => ("找回了身份。", "Your identity was recovered."),
            "person_viewed_by_operator" => Viewed(line),
            "person_sought_in_vain" => (
                $"你以运营人员身份查找了一个{chinese}账号，没有找到。理由：{line.Reason}", $"As an operator you searched for a {english} account and found nobody. Reason: {line.Reason}"),
            "signed_out_by_operator" => (
                $"运营人员结束了你的一些登录和授权。理由：{line.Reason}", $"An operator ended some of your sessions and permissions. Reason: {line.Reason}"),
            "reach_viewed" => (
                $"你以运营人员身份查看了某段时间内登录过什么。理由：{line.Reason}", $"As an operator you looked at what was reached within a window of time. Reason: {line.Reason}"),
            _ => (line.What, line.What),
        };
    }

    private static (string Chinese, string English) Viewed(HistoryLine line)
    {
        var (chinese, english) = Look.Texts.GetValueOrDefault(line.Looked ?? "", ("你的资料", "your data"));
        return ($"运营人员查看了{chinese}。理由：{line.Reason}", $"An operator looked at {english}. Reason: {line.Reason}");
    }
}
