namespace Hutong.Launcher.Walk;

/// <summary>The journey does not hold: the message says what was expected and what was found.</summary>
internal sealed class WalkException(string message, Exception? innerException = null) : Exception(message, innerException);
