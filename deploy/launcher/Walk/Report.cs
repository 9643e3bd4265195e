namespace Hutong.Launcher.Walk;

/// <summary>What one step tells the person who watches.</summary>
internal sealed class Report(Action<string> write)
{
    /// <summary>Something was done.</summary>
    public void Did(string what) => write($"     did     {what}");

    /// <summary>Something was found to hold.</summary>
    public void Proved(string what) => write($"     proved  {what}");

    /// <summary>The trace of the step's main request, as the gateway named it.</summary>
    public void Trace(string traceId) => write($"     trace   {traceId}");
}
