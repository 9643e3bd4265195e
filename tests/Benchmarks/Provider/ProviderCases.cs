using Hutong.Testing;

namespace Hutong.Benchmarks.Provider;

/// <summary>
/// Our provider beside npm <c>oidc-provider</c>: each alone on one core, the load and our database on the other. Ours
/// commits what it answers to the disk; the peer keeps it in memory.
/// </summary>
internal static class ProviderCases
{
    private const int Connections = 32;
    public static async Task Run(Servers servers)
    {
        await Cores.TakeSecond();
        await using var postgres = await servers.StartPostgresOfOwn();
        Console.WriteLine(
            $"  One core signs {Floors.Signatures():#,0} times a second with RSA-2048; {Connections} connections insert and commit "
            + $"{await Floors.Commits(await postgres.Server.CreateDatabase("floor", "floor", "floor"), Connections):#,0} rows a second.");
        await using var ours = await OurProvider.Start(postgres.Server, Connections);
        await using var peer = await PeerProvider.Start(Connections);
        await Compare("client credentials", caller => caller.ClientCredentials);
        await Compare("introspection of a client's token", caller => caller.IntrospectOwn);
        await Compare("introspection of a person's token", caller => caller.IntrospectGranted);
        await Compare("refresh with rotation and an RS256 id token", caller => caller.Refresh);
        await Compare("code + PKCE sign-in on a live session", caller => caller.SignIn);

        async Task Compare(string work, Func<Caller, Action> operation)
        {
            if (!Comparison.Wants(work))
                return;
            var (our, their) = (new Metered(ours.Callers.Select(operation), ours.ProcessId), new Metered(peer.Callers.Select(operation), peer.ProcessId));
            await our.WarmUp();
            await their.WarmUp();
            await Comparison.Of(work, new("ours, durable", our.Run), new("oidc-provider, in memory", their.Run));
            Console.WriteLine($"  Processor time for each: ours {our.PerEvent:0} µs, oidc-provider {their.PerEvent:0} µs.");
        }
    }
}
