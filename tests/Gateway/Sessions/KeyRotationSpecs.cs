using System.Security.Cryptography;
using Hutong.EventStore.PersonalData.Rotation;
using Hutong.Gateway.Tests.Hosting;
using Hutong.Testing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.Gateway.Tests.Sessions;

public sealed class KeyRotationSpecs(Servers servers)
{
    [Fact]
    public async Task What_sessions_keep_outlives_the_key_encryption_key_that_wrapped_the_key_ring()
    {
        var (first, second) = (NewKey(), NewKey());
        await using var before = await Platform.Start(servers, 1, ("Keys:KeyEncryptionKeys:test", first));
        var tokens = Protection(before).Protect("somebody's tokens");
        var database = ("ConnectionStrings:Database", before.Gateway.Settings["ConnectionStrings:Database"]!);
        await before.Gateway.Stop(0);

        await using (var between = await Platform.Start(
            servers, 1, database, ("Keys:Current", "second"), ("Keys:KeyEncryptionKeys:second", second), ("Keys:KeyEncryptionKeys:test", first)))
        {
            await Eventually.True(() => between.Gateway.Services().GetRequiredService<KeyRotation>().Use is { IsSettled: true });
        }

        await using var after = await Platform.Start(
            servers, 1, database, ("Keys:Current", "second"), ("Keys:KeyEncryptionKeys:second", second), ("Keys:KeyEncryptionKeys:test", NewKey()));
        (await Element(after)).ShouldContain("<wrapped kek=\"second\"");
        Protection(after).Unprotect(tokens).ShouldBe("somebody's tokens");
    }

    private static IDataProtector Protection(Platform platform) =>
        platform.Gateway.Services().GetRequiredService<IDataProtectionProvider>().CreateProtector("a session");

    private static async Task<string> Element(Platform platform)
    {
        await using var command = platform.Gateway.Database.CreateCommand("select element from data_protection_key");
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}
