namespace Hutong.Gateway.Forwarding;

/// <summary>The services, by the name that is their cluster's id and their tokens' audience.</summary>
internal static class ServiceNames
{
    public const string IdentityLink = "identity-link";
    public const string SocialFeed = "social-feed";
    public const string CommerceCard = "commerce-card";
    public const string Attribution = "attribution";
}
