namespace Hutong.IdentityLink.Persons;

/// <summary>Somebody showed that they control an account.</summary>
/// <param name="Account">The account's stream id.</param>
/// <param name="At">When, UTC.</param>
public sealed record AccountProof(string Account, DateTimeOffset At);
