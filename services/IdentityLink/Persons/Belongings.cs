namespace Hutong.IdentityLink.Persons;

/// <summary>
/// What a person has, each piece with the person it came from. That is what lets a merge be undone exactly: whatever
/// came with somebody, or with those they had absorbed, goes back with them; whatever came later stays.
/// </summary>
/// <param name="Accounts">The linked accounts.</param>
/// <param name="Consents">What was agreed to. Two persons who became one may both have agreed to a partner.</param>
/// <param name="Subjects">The pairwise subjects, in the order in which they came.</param>
/// <param name="Absorptions">Who was merged into this person and has not been split off again.</param>
public sealed record Belongings(
    IReadOnlyList<HeldAccount> Accounts,
    IReadOnlyList<HeldConsent> Consents,
    IReadOnlyList<HeldSubject> Subjects,
    IReadOnlyList<Absorption> Absorptions)
{
    /// <summary>Nothing.</summary>
    public static Belongings None { get; } = new([], [], [], []);

    /// <summary>These and more.</summary>
    public Belongings And(Belongings more) => new(
        [.. Accounts, .. more.Accounts],
        [.. Consents, .. more.Consents],
        [.. Subjects, .. more.Subjects],
        [.. Absorptions, .. more.Absorptions]);

    /// <summary>What came with a person, and the rest.</summary>
    public (Belongings Theirs, Belongings Others) Divide(Guid person)
    {
        var group = Group(person);
        return (
            new(
                [.. Accounts.Where(a => group.Contains(a.Origin))],
                [.. Consents.Where(c => group.Contains(c.Origin))],
                [.. Subjects.Where(s => group.Contains(s.Origin))],
                [.. Absorptions.Where(a => group.Contains(a.Into))]),
            new(
                [.. Accounts.Where(a => !group.Contains(a.Origin))],
                [.. Consents.Where(c => !group.Contains(c.Origin))],
                [.. Subjects.Where(s => !group.Contains(s.Origin))],
                [.. Absorptions.Where(a => a.From != person && !group.Contains(a.Into))]));
    }

    /// <summary>A person and whoever they absorbed, and those absorbed by these, and so on.</summary>
    private HashSet<Guid> Group(Guid person)
    {
        HashSet<Guid> group = [person];
        int before;
        do
        {
            before = group.Count;
            group.UnionWith(Absorptions.Where(a => group.Contains(a.Into)).Select(a => a.From).ToList());
        }
        while (group.Count > before);
        return group;
    }
}

/// <summary>An account that is linked.</summary>
/// <param name="Account">Its stream id.</param>
/// <param name="Origin">Who linked it.</param>
/// <param name="Aliases">Stream ids of the other ids by which its platform names it.</param>
public sealed record HeldAccount(string Account, Guid Origin, IReadOnlyList<string> Aliases)
{
    /// <summary>The account and its aliases: every stream that changes hands with it.</summary>
    internal IEnumerable<string> Names => Aliases.Prepend(Account);
}

/// <summary>What was agreed to.</summary>
/// <param name="ClientId">The partner's client.</param>
/// <param name="Scopes">The scopes.</param>
/// <param name="TextVersion">The version of the text.</param>
/// <param name="Origin">Who agreed.</param>
public sealed record HeldConsent(string ClientId, IReadOnlyList<string> Scopes, string TextVersion, Guid Origin);

/// <summary>A pairwise subject.</summary>
/// <param name="Sector">The partner's sector.</param>
/// <param name="Subject">The <c>sub</c>.</param>
/// <param name="Origin">To whom it was assigned.</param>
public sealed record HeldSubject(string Sector, string Subject, Guid Origin);

/// <summary>A merge that holds.</summary>
/// <param name="MergeId">Names it.</param>
/// <param name="From">Who was absorbed.</param>
/// <param name="Into">By whom: this person, or one whom this person absorbed in turn.</param>
public sealed record Absorption(Guid MergeId, Guid From, Guid Into);
