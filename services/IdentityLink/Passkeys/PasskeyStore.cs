using Microsoft.AspNetCore.Identity;

namespace Hutong.IdentityLink.Passkeys;

/// <summary>A person as authenticators know them: by a random handle, which tells nobody anything.</summary>
/// <param name="UserHandle">The user handle (WebAuthn Level 3, section 5.4.3), 43 characters.</param>
internal sealed record PasskeyHolder(string UserHandle);

/// <summary>
/// Passkeys as the handler looks them up. It only reads: a passkey is written with its link, as part of one unit of work.
/// </summary>
internal sealed class PasskeyStore(StoredPasskeys passkeys) : IUserPasskeyStore<PasskeyHolder>
{
    /// <summary>Any handle may be somebody's: whether it is shows when a passkey of it is looked for.</summary>
    public Task<PasskeyHolder?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Task.FromResult<PasskeyHolder?>(new PasskeyHolder(userId));

    public Task<string> GetUserIdAsync(PasskeyHolder user, CancellationToken cancellationToken) => Task.FromResult(user.UserHandle);

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(PasskeyHolder user, CancellationToken cancellationToken) =>
        [.. (await passkeys.Of(user.UserHandle, cancellationToken)).Select(passkey => passkey.Info)];

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(PasskeyHolder user, byte[] credentialId, CancellationToken cancellationToken) =>
        await passkeys.Find(credentialId, cancellationToken) is { } found && found.UserHandle == user.UserHandle ? found.Info : null;

    public async Task<PasskeyHolder?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        await passkeys.Find(credentialId, cancellationToken) is { } found ? new PasskeyHolder(found.UserHandle) : null;

    public Task AddOrUpdatePasskeyAsync(PasskeyHolder user, UserPasskeyInfo passkey, CancellationToken cancellationToken) =>
        throw NotHere();

    public Task RemovePasskeyAsync(PasskeyHolder user, byte[] credentialId, CancellationToken cancellationToken) => throw NotHere();

    public Task<string?> GetUserNameAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw NotHere();

    public Task SetUserNameAsync(PasskeyHolder user, string? userName, CancellationToken cancellationToken) => throw NotHere();

    public Task<string?> GetNormalizedUserNameAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw NotHere();

    public Task SetNormalizedUserNameAsync(PasskeyHolder user, string? normalizedName, CancellationToken cancellationToken) =>
        throw NotHere();

    public Task<IdentityResult> CreateAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw NotHere();

    public Task<IdentityResult> UpdateAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw NotHere();

    public Task<IdentityResult> DeleteAsync(PasskeyHolder user, CancellationToken cancellationToken) => throw NotHere();

    public Task<PasskeyHolder?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw NotHere();

    public void Dispose()
    {
    }

    private static NotSupportedException NotHere() =>
        new("Persons have no user names, and their passkeys are written with the links of their accounts.");
}
