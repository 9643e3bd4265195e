using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Provider;

/// <summary>What a client is told of a person (OpenID Connect Core, section 5.1), as far as they agreed to it.</summary>
public sealed class PersonClaims(LinkedAccounts accounts, KnownSubjects subjects, Clients clients)
{
    private const string Name = "name";
    private const string Nickname = "nickname";
    private const string UnionId = "unionid";

    /// <summary>Every claim there is, besides the <c>sub</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = [Name, Nickname, UnionId];

    /// <summary>The scope that people agree to for a claim to be told.</summary>
    public static string ScopeOf(string claim) => claim == UnionId ? Scopes.UnionId : Scopes.Profile;

    /// <summary>The claims that a grant's scopes cover.</summary>
    public async Task<Dictionary<string, string>> Of(TokenGrant grant, CancellationToken cancellation)
    {
        var claims = new Dictionary<string, string>();
        if (grant.Scopes.Contains(Scopes.Profile) && await accounts.Nickname(grant.PersonId, cancellation) is { } nickname)
        {
            // What the platform calls somebody is the only name they have here: what clients print, and what they say to them.
            claims[Name] = nickname;
            claims[Nickname] = nickname;
        }
        if (grant.Scopes.Contains(Scopes.UnionId)
            && clients.Find(grant.ClientId)?.UnionSector is { } sector
            && await subjects.Find(grant.PersonId, sector, cancellation) is { } unionId)
            claims[UnionId] = unionId;
        return claims;
    }
}
