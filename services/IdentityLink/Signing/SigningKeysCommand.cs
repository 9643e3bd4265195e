using System.Text;
using Hutong.EventStore.CommandLine;

namespace Hutong.IdentityLink.Signing;

/// <summary>
/// <c>signing-keys [--rotate | --withdraw KID]</c>: the signing keys and what each is; with an option, after the published
/// ones sign, or one that leaked is taken back.
/// </summary>
internal sealed class SigningKeysCommand(SigningKeys keys) : IServiceCommand
{
    public string Name => "signing-keys";

    public string Usage => "signing-keys [--rotate | --withdraw KID]";

    /// <returns>0; 1 where there is no such key to withdraw.</returns>
    public async Task<int?> Run(IReadOnlyList<string> options, CancellationToken cancellation)
    {
        switch (options)
        {
            case []:
                return Show(await keys.Keep(cancellation));
            case ["--rotate"]:
                return Show(await keys.Rotate(cancellation));
            case ["--withdraw", var kid]:
                if (await keys.Withdraw(kid, cancellation) is { } ring)
                    return Show(ring);
                await Console.Error.WriteLineAsync($"There is no key {kid}, or it was withdrawn before.");
                return 1;
            default:
                return null;
        }
    }

    private static int Show(KeyRing ring)
    {
        var lines = new StringBuilder();
        foreach (var (key, state) in ring.Keys)
            lines.AppendLine(Line(key, state));
        Console.Write(lines);
        return 0;
    }

    private static FormattableString Times(HeldKey key, KeyState state) => state switch
    {
        KeyState.Withdrawn => $"withdrawn {key.WithdrawnAt:u}",
        KeyState.Next => $"published {key.PublishedAt:u}, signs from {key.SignsFrom:u}",
        _ => $"signs from {key.SignsFrom:u}",
    };

    private static string Line(HeldKey key, KeyState state) =>
        FormattableString.Invariant($"{key.Algorithm} {key.Generation} {state.ToString().ToLowerInvariant()}: {key.Kid} {FormattableString.Invariant(Times(key, state))}");
}
