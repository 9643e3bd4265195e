using Hutong.EventStore.PersonalData;
using Hutong.EventStore.PersonalData.Rotation;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Receipts;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.IdentityLink.Tests.Storage;

public sealed class KeyRotationSpecs(Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);

    public ValueTask InitializeAsync() => identity.InitializeAsync();

    public ValueTask DisposeAsync() => identity.DisposeAsync();

    [Fact]
    public async Task Everything_that_a_key_encryption_key_wraps_is_known_to_its_rotation()
    {
        var known = identity.Services.GetServices<IWrappedSecrets>().Select(secrets => secrets.Name).Order();
        await using var command = identity.Database.CreateCommand(
            "select table_name::text from information_schema.columns where column_name = 'kek_id' and table_schema = 'public' order by 1");
        await using var reader = await command.ExecuteReaderAsync();
        var there = new List<string>();
        while (await reader.ReadAsync())
            there.Add(reader.GetString(0));

        known.ShouldBe(there);
    }

    [Fact]
    public async Task After_a_rotation_the_old_key_is_needed_for_nothing()
    {
        using var browser = new TestBrowser(identity, platforms);
        await browser.SignIn("li-na", "weibo");
        var person = await identity.PersonOf(browser);
        var before = await KeysOf(browser);

        await identity.StartAnother(Second(andFirst: true));
        // The one that was there first works as long as it lives; the command does not wait for it.
        var rotation = identity.ServicesOf(1).GetRequiredService<KeyRotation>();
        await using (var connection = await identity.Database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await rotation.RewrapAll(connection, TestContext.Current.CancellationToken);
            (await rotation.Look(connection, TestContext.Current.CancellationToken)).Unused.ShouldBe(["test"]);
        }

        await identity.StartAnother(Second(andFirst: false));
        using var later = new TestBrowser(() => identity.Instance(2), platforms.Port);
        await later.SignIn("li-na", "weibo");
        (await identity.PersonOf(later)).ShouldBe(person);
        (await later.Get("/account/export")).Body.ShouldContain("\"subject\"");
        (await KeysOf(later)).ShouldBe(before);
        (await identity.ServicesOf(2).GetRequiredService<PersonKeys>().Find(person)).ShouldNotBeNull();
    }

    private static async Task<string> KeysOf(TestBrowser browser) => (await browser.Receipts())["keys"]!.ToJsonString();

    /// <summary>The second key is the current one; of the first there is the real one, or another by its name.</summary>
    private static Dictionary<string, string?> Second(bool andFirst)
    {
        var settings = new Dictionary<string, string?> { ["Keys:Current"] = "second", ["Keys:KeyEncryptionKeys:second"] = Key(8) };
        if (!andFirst)
            settings["Keys:KeyEncryptionKeys:test"] = Key(1);
        return settings;
    }

    private static string Key(byte value) => Convert.ToBase64String(Enumerable.Repeat(value, 32).ToArray());
}
