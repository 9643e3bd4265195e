namespace Hutong.IdentityLink.Signing;

/// <summary>What a key is at a moment.</summary>
public enum KeyState
{
    /// <summary>Published, to sign later.</summary>
    Next,

    /// <summary>Signs.</summary>
    Current,

    /// <summary>Signs no more; what it signed may still be in use.</summary>
    Retiring,

    /// <summary>What it signed that ends has ended. Receipts and notices do not.</summary>
    Archived,

    /// <summary>It leaked: nothing is believed by it.</summary>
    Withdrawn,
}

/// <summary>A signing key in its place.</summary>
/// <param name="Public">Its public part.</param>
/// <param name="Generation">Its place among those of its algorithm, from 1.</param>
/// <param name="PublishedAt">Since when it is published, UTC by the database's clock, as the next two.</param>
/// <param name="SignsFrom">From when it signs.</param>
/// <param name="WithdrawnAt">When it was withdrawn; null where it was not.</param>
public sealed record HeldKey(
    PublicKey Public, int Generation, DateTimeOffset PublishedAt, DateTimeOffset SignsFrom, DateTimeOffset? WithdrawnAt)
{
    /// <summary>Its id.</summary>
    public string Kid => Public.Kid;

    /// <summary>What it signs with.</summary>
    public string Algorithm => Public.Alg;
}
