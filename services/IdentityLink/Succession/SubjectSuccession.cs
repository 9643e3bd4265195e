using System.Text.Json.Serialization;
using Hutong.IdentityLink.Merging;
using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Succession;

/// <summary>A merge made one of a sector's <c>sub</c>s end, or its undoing made one hold again.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Subject">The <c>sub</c>.</param>
/// <param name="Other">The <c>sub</c> by which the sector knows the person instead, or knew them until now.</param>
/// <param name="Holds">Whether it holds again.</param>
public sealed record SubjectSuccession(string Sector, string Subject, string Other, bool Holds)
{
    /// <summary>What a merge or its undoing means for the partners who know both sides.</summary>
    public static IReadOnlyList<SubjectSuccession> Of(MergeDecision decision)
    {
        var (holder, holderAfter) = (decision.Holder.State, decision.HolderAfter);
        var (before, after) = (Holding(holder, decision.Other.State), Holding(holderAfter, decision.OtherAfter));
        return
        [
            .. before.Except(after).Select(it => new SubjectSuccession(it.Sector, it.Subject, holderAfter.SubjectIn(it.Sector)!, Holds: false)),
            .. after.Except(before).Select(it => new SubjectSuccession(it.Sector, it.Subject, holder.SubjectIn(it.Sector)!, Holds: true)),
        ];
    }

    private static IEnumerable<(string Sector, string Subject)> Holding(params IEnumerable<Person> persons) =>
        persons.SelectMany(person => person.Subjects.Select(subject => (subject.Key, subject.Value)));
}

/// <summary>Tells a partner that one of its <c>sub</c>s is another from now on.</summary>
/// <param name="Iss">Who says so (RFC 7519, section 4.1, as the next four).</param>
/// <param name="Aud">The sector's clients.</param>
/// <param name="Iat">When, seconds since 1970, UTC.</param>
/// <param name="Jti">Names the notice.</param>
/// <param name="Identifier">Of which kind the next two are: <c>sub</c> or <c>unionid</c>.</param>
/// <param name="Sub">The <c>sub</c> that ended.</param>
/// <param name="SucceededBy">The one that whoever it spoke of is known by.</param>
public sealed record SuccessionNotice(
    string Iss, IReadOnlyList<string> Aud, long Iat, Guid Jti, string Identifier, string Sub, string SucceededBy)
{
    /// <summary>The notice's <c>typ</c>.</summary>
    public const string Type = "hutong-subject-succession+jwt";
}

/// <summary>Tells a partner that a <c>sub</c> that had ended holds again, beside the one that had succeeded it.</summary>
/// <param name="Iss">Who says so (RFC 7519, section 4.1, as the next four).</param>
/// <param name="Aud">The sector's clients.</param>
/// <param name="Iat">When, seconds since 1970, UTC.</param>
/// <param name="Jti">Names the notice.</param>
/// <param name="Identifier">Of which kind the next two are: <c>sub</c> or <c>unionid</c>.</param>
/// <param name="Sub">The <c>sub</c> that holds again.</param>
/// <param name="SeparatedFrom">The one that stood for both until now.</param>
public sealed record ReinstatementNotice(
    string Iss, IReadOnlyList<string> Aud, long Iat, Guid Jti, string Identifier, string Sub, string SeparatedFrom)
{
    /// <summary>The notice's <c>typ</c>.</summary>
    public const string Type = "hutong-subject-reinstatement+jwt";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SuccessionNotice))]
[JsonSerializable(typeof(ReinstatementNotice))]
[JsonSerializable(typeof(SubjectNoticeRow))]
[JsonSerializable(typeof(SubjectNoticesBody))]
internal sealed partial class SuccessionJson : JsonSerializerContext;
