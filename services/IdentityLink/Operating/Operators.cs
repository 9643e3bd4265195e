using Hutong.IdentityLink.Provider;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Operating;

/// <summary>Who may look at other people, section <c>Operations</c>.</summary>
public sealed class OperationsOptions
{
    /// <summary>Person ids. Nobody by default.</summary>
    public IReadOnlyList<string> Operators { get; init; } = [];
}

/// <summary>The operators: persons like any other, named in configuration.</summary>
public sealed class Operators(IOptions<OperationsOptions> options, Clients clients)
{
    private readonly HashSet<Guid> persons = [.. options.Value.Operators.Select(Guid.Parse)];

    /// <summary>
    /// A grant without the scopes that its client may not ask for (any more), and without <see cref="Scopes.Operations"/>
    /// unless an operator gave it to a client that is registered for it. Asked for by others it is left out, and the token's
    /// answer says so (RFC 6749, section 3.3). Asked at every use: who is an operator no longer, or has merged into somebody
    /// who is none, has lost it, and so has a client what it gave up.
    /// </summary>
    public TokenGrant Limit(TokenGrant grant)
    {
        var client = clients.Find(grant.ClientId);
        return grant.Scopes.All(Holds) ? grant : grant with { Scopes = [.. grant.Scopes.Where(Holds)] };

        bool Holds(string scope) =>
            client?.MayAskFor(scope) == true
            && (scope != Scopes.Operations || (client.IsForOperators && persons.Contains(grant.PersonId)));
    }
}
