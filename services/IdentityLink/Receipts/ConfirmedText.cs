namespace Hutong.IdentityLink.Receipts;

/// <summary>
/// The versions of the texts that people confirm before it changes who leads to them, kept with each receipt. A change
/// of what one says takes a new version.
/// </summary>
public static class ConfirmedText
{
    /// <summary>Of <c>ConfirmLinkPage</c>.</summary>
    public const string Link = "link 2026-11-22";

    /// <summary>Of <c>AddPasskeyPanel</c>.</summary>
    public const string Passkey = "passkey 2026-11-22";

    /// <summary>Of <c>ConfirmRecoveryPage</c>.</summary>
    public const string Recovery = "recovery 2026-11-22";

    /// <summary>Of <c>UnlinkPage</c>.</summary>
    public const string Unlink = "unlink 2026-11-22";

    /// <summary>Of <c>MergePage</c>.</summary>
    public const string Merge = "merge 2026-11-22";

    /// <summary>Of <c>UndoMergePage</c>.</summary>
    public const string Split = "split 2026-11-22";
}
