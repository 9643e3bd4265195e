using System.Text.Json;
using System.Text.RegularExpressions;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.SigningIn;
using Hutong.IdentityLink.Storage;
using Microsoft.AspNetCore.Identity;

namespace Hutong.IdentityLink.Passkeys;

/// <summary>What the browser's script gets to begin with.</summary>
/// <param name="Ceremony">To be sent along with the answer.</param>
/// <param name="PublicKey">The options for the authenticator, in the JSON form of WebAuthn Level 3, section 5.1.</param>
public sealed record BegunCeremony(string Ceremony, JsonElement PublicKey);

/// <summary>What the browser's script sends in the end, in the fields of a form.</summary>
/// <param name="Ceremony">What it got at the beginning; empty where no script ran.</param>
/// <param name="Credential">The authenticator's answer, in the JSON form of WebAuthn Level 3, section 5.1.</param>
public sealed record CeremonyAnswer(string Ceremony, string Credential)
{
    /// <summary>The longest answer that is read: a credential id alone may have 1,364 characters, and a key as many.</summary>
    public const int LongestField = 16 * 1024;

    /// <summary>The answer in a form; null where there is none.</summary>
    public static CeremonyAnswer? Of(IFormCollection form) =>
        form["credential"].ToString() is { Length: > 0 } credential ? new(form["ceremony"].ToString(), credential) : null;
}

/// <summary>A passkey that was just made and proved.</summary>
/// <param name="Account">The account it is.</param>
/// <param name="Row">What to store in the unit of work that links it.</param>
public sealed record NewPasskey(PlatformAccount Account, RowWrite Row);

/// <summary>The two ceremonies of WebAuthn (Level 3, section 7): making a passkey, and showing that one holds it.</summary>
internal sealed partial class Ceremonies(
    IPasskeyHandler<PasskeyHolder> handler, StoredPasskeys passkeys, CeremonyRows rows, ILogger<Ceremonies> log)
{
    /// <summary>The challenge was used, is over, or was made for another browser, person or purpose.</summary>
    public const string Over = "passkey_challenge_over";

    /// <summary>Begins to make a passkey for a person, or for one still to be registered.</summary>
    public async Task<BegunCeremony> BeginCreation(HttpContext http, Browser browser, Guid? personId, string name, CancellationToken cancellation)
    {
        var known = personId is { } id ? await passkeys.HandleOf(id, cancellation) : null;
        var holder = new PasskeyUserEntity { Id = known ?? Secret.New(), Name = name, DisplayName = name };
        var options = await handler.MakeCreationOptionsAsync(holder, http);
        return await Begin(
            KindOf(personId), browser, personId, options.AttestationState, options.CreationOptionsJson, cancellation);
    }

    /// <summary>Checks what an authenticator made.</summary>
    public async Task<Outcome<NewPasskey>> FinishCreation(
        HttpContext http, Browser browser, Guid? personId, CeremonyAnswer answer, CancellationToken cancellation)
    {
        if (await rows.Take(KindOf(personId), answer.Ceremony, browser.IdHash, personId, cancellation) is not { } state)
            return new Rejection(Over);
        var result = await handler.PerformAttestationAsync(
            new() { HttpContext = http, CredentialJson = answer.Credential, AttestationState = state });
        if (!result.Succeeded)
            return Refuse(result.Failure);
        return new NewPasskey(
            Passkey.AccountOf(result.Passkey.CredentialId, result.UserEntity.Name), passkeys.Row(result.Passkey, result.UserEntity.Id));
    }

    /// <summary>Begins a sign-in with whichever passkey the person chooses.</summary>
    public async Task<BegunCeremony> BeginSignIn(HttpContext http, Browser browser, CancellationToken cancellation)
    {
        var options = await handler.MakeRequestOptionsAsync(user: null, http);
        return await Begin(
            CeremonyKind.SignIn, browser, personId: null, options.AssertionState, options.RequestOptionsJson, cancellation);
    }

    /// <summary>Checks an authenticator's answer. A passkey that is unknown is refused in the words of one that is not accepted.</summary>
    /// <returns>The account that was proved.</returns>
    public async Task<Outcome<PlatformAccount>> FinishSignIn(
        HttpContext http, Browser browser, CeremonyAnswer answer, CancellationToken cancellation)
    {
        if (await rows.Take(CeremonyKind.SignIn, answer.Ceremony, browser.IdHash, personId: null, cancellation) is not { } state)
            return new Rejection(Over);
        var result = await handler.PerformAssertionAsync(
            new() { HttpContext = http, CredentialJson = answer.Credential, AssertionState = state });
        if (!result.Succeeded)
            return Refuse(result.Failure);
        if (!await passkeys.Use(result.Passkey, cancellation))
            return Refuse(new PasskeyException("Another answer with this count or a later one came first."));
        return Passkey.AccountOf(result.Passkey.CredentialId, name: null);
    }

    private async Task<BegunCeremony> Begin(
        CeremonyKind kind, Browser browser, Guid? personId, string? state, string optionsJson, CancellationToken cancellation)
    {
        var id = await rows.Begin(kind, browser.IdHash, personId, state ?? "", cancellation);
        using var options = JsonDocument.Parse(optionsJson);
        return new BegunCeremony(id, options.RootElement.Clone());
    }

    private static CeremonyKind KindOf(Guid? personId) => personId is null ? CeremonyKind.Register : CeremonyKind.Add;

    private Rejection Refuse(PasskeyException failure)
    {
        // The message may quote what the browser sent, and an inner one may hold a piece of it: neither is for the log.
        Refused(failure.InnerException is { } inner ? inner.GetType().Name : Quoted().Replace(failure.Message, "…"));
        return new Rejection(SignInDecision.Refused);
    }

    [GeneratedRegex("'.*'", RegexOptions.Singleline)]
    private static partial Regex Quoted();

    [LoggerMessage(LogLevel.Information, "A passkey was refused: {Reason}")]
    private partial void Refused(string reason);
}
