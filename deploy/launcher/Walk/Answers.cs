namespace Hutong.Launcher.Walk;

// What the walk reads of the APIs' answers, written down apart from the services that give them: so that it
// notices when one changes what its callers rely on.

/// <summary><c>GET /identity/me</c></summary>
internal sealed record Me(Guid PersonId, IReadOnlyList<Me.Account> Accounts)
{
    internal sealed record Account(string Platform);
}

/// <summary>A price in minor units.</summary>
internal sealed record Price(long Minor, string Currency)
{
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Minor / 100m:0.00} {Currency}");
}

/// <summary><c>GET /cards/{product}</c></summary>
internal sealed record Card(
    string ProductId, long Version, string Title, Price Price, Price ListPrice, Card.Stock Availability,
    Card.Standing? Reputation, Card.Interest Popularity, Card.Steps? Ladder, Card.Addresses Links)
{
    internal sealed record Stock(int Units);

    internal sealed record Standing(long Points, string Rank);

    internal sealed record Interest(long Reposts, long Orders);

    internal sealed record Steps(long Count);

    internal sealed record Addresses(Uri Buy);
}

/// <summary><c>GET /products</c></summary>
internal sealed record ProductPage(IReadOnlyList<Card> Items, string? Next);

/// <summary><c>POST /catalogue/import</c></summary>
internal sealed record ImportReport(int Imported, int Changed, int Unchanged, int RejectedTotal);

/// <summary><c>POST /cards/{product}/clicks</c></summary>
internal sealed record Click(Guid ClickId, Uri Buy);

/// <summary><c>GET /orders/{id}</c></summary>
internal sealed record Order(Guid OrderId, string ProductId, Price Total, string Status, Guid? ViaPostId);

/// <summary>A refusal (RFC 9457).</summary>
internal sealed record Refusal(string? Code);

/// <summary><c>GET /me.json</c> of the partner app.</summary>
internal sealed record PartnerAccount(
    [property: System.Text.Json.Serialization.JsonPropertyName("id_token")] PartnerAccount.Claims IdToken,
    PartnerAccount.Claims Userinfo, string Scope)
{
    internal sealed record Claims(string Sub, string? Iss, string? Nickname, string? Name);
}

/// <summary><c>GET /attribution/orders/{id}</c></summary>
internal sealed record Explanation(
    Guid OrderId, long TotalMinor, int Statement, string Cause, IReadOnlyList<Explanation.Model> Models)
{
    /// <summary>The order under one model.</summary>
    public Model Under(string name) => Models.SingleOrDefault(each => each.Name == name)
        ?? throw new WalkException($"Order {OrderId} is not credited under the model {name}.");

    internal sealed record Model(
        [property: System.Text.Json.Serialization.JsonPropertyName("model")] string Name,
        IReadOnlyList<ChannelCredit> Channels, long ChannelUnattributedMinor,
        IReadOnlyList<PostCredit> Posts, long PostUnattributedMinor)
    {
        public long Of(string channel) => Channels.Where(each => each.Channel == channel).Sum(each => each.CreditMinor);

        public long Of(Guid post) => Posts.Where(each => each.PostId == post).Sum(each => each.CreditMinor);

        public override string ToString() =>
            $"{Name}: {string.Join(", ", Channels)}; {string.Join(", ", Posts)}; nobody {ChannelUnattributedMinor} and {PostUnattributedMinor}";
    }

    internal sealed record ChannelCredit(string Channel, long CreditMinor);

    internal sealed record PostCredit(Guid PostId, long CreditMinor);
}

/// <summary><c>GET /attribution/posts/{id}</c></summary>
internal sealed record PostReport(long Clicks, long AllClicks, IReadOnlyList<PostReport.Credit> Credits)
{
    internal sealed record Credit(string Model, long Orders, long AllOrders, long CreditMinor, long AllMinor);
}

/// <summary><c>GET /attribution/report</c></summary>
internal sealed record CreditReport(long Orders, long Clicks, IReadOnlyList<CreditReport.Channel> Channels)
{
    internal sealed record Channel([property: System.Text.Json.Serialization.JsonPropertyName("channel")] string Name, long Orders);
}
