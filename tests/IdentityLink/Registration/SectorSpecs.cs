using System.Net;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hutong.IdentityLink.Tests.Registration;

/// <summary>Who comes to share a <c>sub</c> with whom.</summary>
public sealed class SectorSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private const string Mine = "https://noodles.example/callback";
    private const string Theirs = "https://rice.example/callback";

    private readonly RegistrationDesk desk = new(servers, platforms);
    private readonly Dictionary<string, (int Status, string Body)> documents = [];
    private readonly WebApplication host = NewHost();
    private HttpClient li = null!;
    private HttpClient wang = null!;
    private HttpClient operators = null!;

    public async ValueTask InitializeAsync()
    {
        host.MapGet("/{name}", (string name) => documents.TryGetValue(name, out var document)
            ? Results.Text(document.Body, "application/json", statusCode: document.Status)
            : Results.NotFound());
        await host.StartAsync();
        await desk.Open();
        li = await desk.Developer();
        wang = await desk.Developer("wang");
        operators = await desk.Desk();
    }

    public async ValueTask DisposeAsync()
    {
        await desk.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Clients_of_one_owner_with_one_host_share_a_sector()
    {
        (await operators.Approved(li)).Text("sector").ShouldBe("noodles.example");
        (await operators.Approved(li, RegistrationDesk.App("Soup", "https://noodles.example/soup"))).Text("sector").ShouldBe("noodles.example");
    }

    [Fact]
    public async Task Nobody_enters_anothers_sector_by_naming_its_host_neither_at_once_nor_later()
    {
        // Both register first: whoever is approved first has it.
        var early = (await wang.Register(RegistrationDesk.App("Early", "https://noodles.example/early"))).Body.Id();
        await operators.Approved(li);

        (await wang.Register(RegistrationDesk.App("Late", "https://noodles.example/late"))).Code.ShouldBe("sector_taken");
        (await operators.Decide(early, "approve")).Code.ShouldBe("sector_taken");

        var own = (await operators.Approved(wang, RegistrationDesk.App("Rice", Theirs))).Id();
        (await wang.Change(own, client => client["redirect_uris"] = new JsonArray(Mine))).Code.ShouldBe("sector_would_change");
    }

    [Fact]
    public async Task Of_two_owners_who_are_approved_at_once_one_has_the_sector()
    {
        var mine = (await li.Register(RegistrationDesk.App())).Body.Id();
        var theirs = (await wang.Register(RegistrationDesk.App("Other", "https://noodles.example/other"))).Body.Id();
        var tags = (await operators.LookAt(mine)).ETag!;

        var answers = await Task.WhenAll(((string[])[mine, theirs]).Select(id => operators.Decide(id, "approve", tags, RegistrationDesk.Reason)));

        answers.Count(answer => answer.Status == HttpStatusCode.NoContent).ShouldBe(1);
        answers.Single(answer => answer.Status != HttpStatusCode.NoContent).Code.ShouldBe("sector_taken");
    }

    [Fact]
    public async Task Several_hosts_need_a_document_that_lists_every_address()
    {
        var metadata = RegistrationDesk.App();
        metadata["redirect_uris"] = new JsonArray(Mine, Theirs);
        (await li.Register(metadata)).Code.ShouldBe("invalid_client_metadata");

        metadata["sector_identifier_uri"] = Document("sector", Mine);
        (await Fault(metadata)).ShouldContain("does not list");
        Document("sector", Mine, Theirs);
        (await li.Register(metadata)).Body.Text("sector").ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task A_host_can_let_another_owner_in_by_its_document()
    {
        var metadata = RegistrationDesk.App();
        metadata["sector_identifier_uri"] = Document("sector", Mine, Theirs);
        await operators.Approved(li, metadata);

        var theirs = RegistrationDesk.App("Rice", Theirs);
        theirs["sector_identifier_uri"] = Document("sector", Mine, Theirs);
        (await operators.Approved(wang, theirs)).Text("sector").ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task A_document_that_speaks_for_the_client_no_more_when_it_is_approved_lets_it_in_nowhere()
    {
        var metadata = RegistrationDesk.App();
        metadata["sector_identifier_uri"] = Document("sector", Mine);
        var id = (await li.Register(metadata)).Body.Id();
        Document("sector", Theirs);
        (await operators.Decide(id, "approve")).Code.ShouldBe("invalid_client_metadata");
        Document("sector", Mine);
        (await operators.Decide(id, "approve")).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("missing", 404, "[]", "status 404")]
    [InlineData("moved", 302, "[]", "status 302")]
    [InlineData("broken", 200, "{", "no JSON array")]
    [InlineData("object", 200, "{}", "no JSON array")]
    [InlineData("numbers", 200, "[1]", "no JSON array")]
    [InlineData("null", 200, "null", "does not list")]
    [InlineData("empty", 200, "[]", "does not list")]
    public async Task A_document_that_is_none_is_named(string name, int status, string body, string said)
    {
        documents[name] = (status, body);
        var metadata = RegistrationDesk.App();
        metadata["sector_identifier_uri"] = $"{Address}/{name}";
        (await Fault(metadata)).ShouldContain(said);
    }

    [Fact]
    public async Task A_document_is_read_within_bounds_and_from_the_internet_alone()
    {
        documents["long"] = (200, $"[\"{Mine}\", \"{new string('x', 70_000)}\"]");
        var metadata = RegistrationDesk.App();
        metadata["sector_identifier_uri"] = $"{Address}/long";
        (await Fault(metadata)).ShouldContain("answer_too_long");
        foreach (var address in (string[])["https://169.254.169.254/x", "https://localhost/x", $"{Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}/x"])
        {
            metadata["sector_identifier_uri"] = address;
            (await Fault(metadata)).ShouldContain("reachable from the internet");
        }
    }

    [Fact]
    public async Task A_union_group_is_one_owners_whose_apps_join_it_and_nobody_elses()
    {
        (await operators.Approved(li, Grouped("Noodles", Mine))).Text("union_group").ShouldBe("li");
        (await operators.Approved(li, Grouped("Soup", "https://soup.example/callback"))).Text("union_group").ShouldBe("li");
        (await wang.Register(Grouped("Rice", Theirs))).Code.ShouldBe("union_group_taken");

        static JsonObject Grouped(string name, string address)
        {
            var metadata = RegistrationDesk.App(name, address);
            metadata["union_group"] = "li";
            metadata["scope"] = "openid unionid";
            return metadata;
        }
    }

    private string Address => host.Urls.First();

    private string Document(string name, params string[] addresses)
    {
        documents[name] = (200, new JsonArray([.. addresses.Select(address => JsonValue.Create(address))]).ToJsonString());
        return $"{Address}/{name}";
    }

    private async Task<string> Fault(JsonObject metadata)
    {
        var answer = await li.Register(metadata);
        answer.Code.ShouldBe("invalid_client_metadata", answer.Body.ToJsonString());
        return answer.Body.Text("detail");
    }

    private static WebApplication NewHost()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }
}
