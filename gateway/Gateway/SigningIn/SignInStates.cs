using Hutong.Gateway.Sessions;
using Hutong.Gateway.Sites;
using Hutong.Gateway.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.Gateway.SigningIn;

/// <summary>A sign-in that the provider has answered.</summary>
/// <param name="ReturnPath">Where the browser wanted to go.</param>
/// <param name="IsSilent">Whether nobody was to be asked.</param>
internal sealed record SignInState(string ReturnPath, bool IsSilent);

/// <summary>The sign-ins under way. Each is taken once, at the site and by the browser that began it.</summary>
internal sealed class SignInStates(NpgsqlDataSource database, IOptions<SiteSessionOptions> options, TimeProvider time)
{
    private const string AddSql = """
        insert into sign_in_state (state_hash, browser_hash, site, return_path, silent, expires_at)
        values ($1, $2, $3, $4, $5, $6)
        """;

    // Another browser's attempt, or another site's, does not use it up.
    private const string TakeSql = """
        delete from sign_in_state where state_hash = $1 and browser_hash = $2 and site = $3 and expires_at > $4
        returning return_path, silent
        """;

    /// <summary>Begins a sign-in.</summary>
    /// <returns>Its <c>state</c>.</returns>
    public async Task<string> Begin(Site site, string browser, SignInState begun, CancellationToken cancellation)
    {
        var state = Secret.New();
        await database.Run(
            AddSql, cancellation, Secret.Hash(state), Secret.Hash(browser), site.Name, begun.ReturnPath, begun.IsSilent,
            time.GetUtcNow() + options.Value.SignInLifetime);
        return state;
    }

    /// <summary>Takes a sign-in; null when there is none of this state, for this browser, at this site.</summary>
    public Task<SignInState?> Take(Site site, string browser, string state, CancellationToken cancellation) =>
        database.One(
            TakeSql, row => new SignInState(row.GetString(0), row.GetBoolean(1)), cancellation,
            Secret.Hash(state), Secret.Hash(browser), site.Name, time.GetUtcNow());
}
