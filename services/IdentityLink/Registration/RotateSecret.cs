using Hutong.EventStore.Commands;

namespace Hutong.IdentityLink.Registration;

/// <summary>Give a client another secret.</summary>
/// <param name="SecretHash">SHA-256 of a secret made up by us, base64.</param>
/// <param name="KeepPrevious">How long the one before holds beside it, at most <see cref="LongestOverlap"/>.</param>
public sealed record RotateSecret(string SecretHash, TimeSpan KeepPrevious)
{
    /// <summary>How long the secret before holds where nothing else is asked for.</summary>
    public static readonly TimeSpan UsualOverlap = TimeSpan.FromHours(24);

    /// <summary>How long the secret before holds at the most.</summary>
    public static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(7);

    /// <summary>The client proves who it is by a key, or not at all.</summary>
    public const string NoSecret = "client_has_no_secret";

    /// <summary>The last rotation is not over: a third secret would end one that may be in use.</summary>
    public const string Overlapping = "client_secret_overlap";

    /// <summary>Decides a rotation. Without an overlap both secrets from before end, in whatever state the last rotation is.</summary>
    public static Outcome<object[]> Decide(RotateSecret command, RegisteredClient client, DateTimeOffset now)
    {
        if (!client.IsManaged)
            return new Rejection(RegisteringClients.Unknown);
        if (!client.Metadata.UsesSecret && client.Proposed?.UsesSecret != true)
            return new Rejection(NoSecret);
        return command.KeepPrevious > TimeSpan.Zero && client.Secrets.Any(secret => now < secret.EndsAt)
            ? new Rejection(Overlapping)
            : (object[])[new ClientSecretRotated(command.SecretHash, now + command.KeepPrevious)];
    }

    /// <summary>Decides the early end of the secret before.</summary>
    public static Outcome<object[]> DecideEnd(RegisteredClient client)
    {
        if (!client.IsManaged)
            return new Rejection(RegisteringClients.Unknown);
        return client.Secrets.Count > 1 ? (object[])[new PreviousClientSecretEnded()] : (object[])[];
    }
}
