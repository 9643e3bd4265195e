namespace Hutong.Contracts;

/// <summary>A post was published. Its text stays in Social-Feed.</summary>
/// <param name="PostId">The post.</param>
/// <param name="AuthorId">The author's person id.</param>
/// <param name="ProductId">The product its link shows as a card; null for a post without one.</param>
/// <param name="PublishedAt">UTC.</param>
public sealed record PostPublished(Guid PostId, Guid AuthorId, string? ProductId, DateTimeOffset PublishedAt);

/// <summary>A post was passed on. The repost is a post of its own.</summary>
/// <param name="PostId">The repost.</param>
/// <param name="AuthorId">The reposter's person id.</param>
/// <param name="ParentId">The post it was reposted from, itself perhaps a repost.</param>
/// <param name="RootId">The original post.</param>
/// <param name="Depth">1 for a repost of the original, 2 for a repost of that, and so on.</param>
/// <param name="ProductId">The original's product; null if it has none.</param>
/// <param name="RepostedAt">UTC.</param>
public sealed record PostReposted(
    Guid PostId, Guid AuthorId, Guid ParentId, Guid RootId, int Depth, string? ProductId, DateTimeOffset RepostedAt);
