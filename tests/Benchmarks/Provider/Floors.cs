using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;

namespace Hutong.Benchmarks.Provider;

/// <summary>What no provider on this machine goes beyond.</summary>
internal static class Floors
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    /// <summary>RS256 signatures per second on one core.</summary>
    public static double Signatures()
    {
        using var rsa = RSA.Create(2048);
        var hash = SHA256.HashData("an id token"u8);
        var signature = new byte[256];
        var clock = Stopwatch.StartNew();
        var done = 0;
        for (; clock.Elapsed < Time; done++)
            rsa.SignHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return done / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Rows inserted per second, each by a commit of its own that is on the disk, on that many connections.</summary>
    public static async Task<double> Commits(string connectionString, int connections)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = connections, MaxAutoPrepare = 10, AutoPrepareMinUsages = 2,
        });
        await using (var table = database.CreateCommand("create table if not exists floor (token_hash bytea primary key)"))
            await table.ExecuteNonQueryAsync();
        var done = await Load.OnThreads([.. Enumerable.Repeat(Insert, connections)])(Time);
        return done.Events / done.Time.TotalSeconds;

        void Insert()
        {
            using var command = database.CreateCommand("insert into floor values ($1)");
            command.Parameters.Add(new() { Value = RandomNumberGenerator.GetBytes(32) });
            command.ExecuteNonQuery();
        }
    }
}
