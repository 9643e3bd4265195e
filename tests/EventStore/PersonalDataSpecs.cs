using System.Security.Cryptography;
using System.Text.Json;
using Hutong.EventStore.PersonalData;
using Hutong.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Hutong.EventStore.Tests;

public sealed class PersonalDataSpecs(Servers servers) : IAsyncLifetime
{
    private static readonly string First = NewKek();
    private static readonly string Second = NewKek();
    private readonly Guid person = Guid.CreateVersion7();
    private TestStore db = null!;

    public async ValueTask InitializeAsync() => db = await TestStore.Create(servers);

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task A_sealed_value_is_read_with_its_persons_key_and_never_stored_in_the_clear()
    {
        var keys = Keys("k1", ("k1", First));
        var created = await Register(keys, person);
        var value = created.Seal("李娜 Li Na");
        var json = JsonSerializer.Serialize(value);

        json.ShouldNotContain("Li Na");
        value.ToString().ShouldNotContain("Li Na");
        var found = (await keys.Find(person))!;
        found.Open(JsonSerializer.Deserialize<Sealed>(json)).ShouldBe("李娜 Li Na");
        // The same value twice looks different twice.
        created.Seal("李娜 Li Na").ShouldNotBe(value);
        (await db.Query<byte[]>("select wrapped_key from person_key")).Length.ShouldBe(12 + 32 + 16);
    }

    [Fact]
    public async Task Another_persons_key_does_not_open_it()
    {
        var keys = Keys("k1", ("k1", First));
        var (one, two) = (await Register(keys, person), await Register(keys, Guid.CreateVersion7()));
        Should.Throw<CryptographicException>(() => two.Open(one.Seal("Li Na")));
        // Not even under the same key: the value is bound to the person.
        var impostor = new PersonKey(two.PersonId, one.Bytes.ToArray());
        Should.Throw<CryptographicException>(() => impostor.Open(one.Seal("Li Na")));
    }

    [Fact]
    public async Task An_erased_persons_key_is_gone_and_others_stay()
    {
        var keys = Keys("k1", ("k1", First));
        var other = Guid.CreateVersion7();
        await Register(keys, person);
        await Register(keys, other);

        await db.Store.Commit(UnitOfWork.Empty.With(PersonKeys.Erase(person)));
        (await keys.Find(person)).ShouldBeNull();
        (await keys.Find([person, other])).Keys.ShouldBe([other]);
    }

    [Fact]
    public async Task A_persons_key_is_never_replaced()
    {
        var keys = Keys("k1", ("k1", First));
        var first = await Register(keys, person);
        (await db.Store.Commit(UnitOfWork.Empty.With(keys.Create(person).Row))).ShouldBe(new CommitResult.ClaimTaken("person_key_pkey"));
        (await keys.Find(person))!.Bytes.SequenceEqual(first.Bytes).ShouldBeTrue();
    }

    [Fact]
    public async Task A_key_outlives_a_change_of_the_current_key_encryption_key()
    {
        var value = (await Register(Keys("k1", ("k1", First)), person)).Seal("Li Na");
        var later = Keys("k2", ("k1", First), ("k2", Second));
        (await later.Find(person))!.Open(value).ShouldBe("Li Na");
    }

    [Fact]
    public async Task A_wrong_or_missing_key_encryption_key_is_an_error_and_not_an_erased_person()
    {
        await Register(Keys("k1", ("k1", First)), person);
        await Should.ThrowAsync<CryptographicException>(() => Keys("k1", ("k1", Second)).Find(person));
        var missing = await Should.ThrowAsync<CryptographicException>(() => Keys("k2", ("k2", Second)).Find(person));
        missing.Message.ShouldContain("Keys:KeyEncryptionKeys:k1");
    }

    [Fact]
    public async Task An_altered_value_is_refused()
    {
        var key = await Register(Keys("k1", ("k1", First)), person);
        var token = Convert.FromBase64String(key.Seal("Li Na").ToString());
        for (var i = 0; i < token.Length; i++)
        {
            var altered = (byte[])token.Clone();
            altered[i] ^= 1;
            Should.Throw<CryptographicException>(() => key.Open(new Sealed(Convert.ToBase64String(altered))));
        }
        Should.Throw<CryptographicException>(() => key.Open(new Sealed(Convert.ToBase64String(token[..20]))));
        Should.Throw<CryptographicException>(() => key.Open(new Sealed("not base64 !")));
        Should.Throw<CryptographicException>(() => key.Open(default));
        Should.Throw<JsonException>(() => JsonSerializer.Serialize(default(Sealed)));
    }

    [Theory]
    [InlineData("k9", "k1", null, "Keys:Current")]
    [InlineData("k1", "k1", "c2hvcnQ=", "Keys:IdentifierHashKey")]
    public void Wrong_settings_stop_the_start_with_their_names(string current, string id, string? hashKey, string named)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            [new("ConnectionStrings:Database", db.ConnectionString), new("Keys:Current", current), new($"Keys:KeyEncryptionKeys:{id}", First), new("Keys:IdentifierHashKey", hashKey)]);
        builder.AddDatabase();
        builder.AddPersonKeys();
        using var host = builder.Build();
        Should.Throw<OptionsValidationException>(host.Start).Message.ShouldContain(named);
    }

    [Fact]
    public void Missing_settings_stop_the_start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["ConnectionStrings:Database"] = db.ConnectionString;
        builder.AddDatabase();
        builder.AddPersonKeys();
        using var host = builder.Build();
        Should.Throw<OptionsValidationException>(host.Start);
    }

    private async Task<PersonKey> Register(PersonKeys keys, Guid id)
    {
        var (key, row) = keys.Create(id);
        (await db.Store.Commit(UnitOfWork.Empty.With(row))).ShouldBeOfType<CommitResult.Committed>();
        return key;
    }

    private PersonKeys Keys(string current, params (string Id, string Key)[] keys) => new(db.Database, Options.Create(
        new KeyOptions { Current = current, KeyEncryptionKeys = keys.ToDictionary(k => k.Id, k => k.Key) }));

    private static string NewKek() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}
