namespace Hutong.Launcher;

/// <summary>
/// Something the person at the keyboard can put right. The message is the whole story: what failed,
/// where, and what to do. It is printed alone, without a stack trace.
/// </summary>
public sealed class LaunchException : Exception
{
    /// <summary>A failure without a word of explanation; prefer the constructor with a message.</summary>
    public LaunchException()
    {
    }

    /// <param name="message">What failed and what to do, for the terminal.</param>
    public LaunchException(string message) : base(message)
    {
    }

    /// <param name="message">What failed and what to do, for the terminal.</param>
    /// <param name="innerException">The failure underneath.</param>
    public LaunchException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
