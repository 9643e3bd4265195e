using System.Text;

namespace Hutong.Launcher.Tracing;

/// <summary>The spans of one trace, seen as what they should be: one tree.</summary>
public sealed class TraceTree
{
    private readonly ILookup<string?, Span> _children;

    /// <param name="spans">All of one trace.</param>
    public TraceTree(IReadOnlyList<Span> spans)
    {
        Spans = spans;
        var known = spans.Select(span => span.SpanId).ToHashSet();
        Roots = [.. spans.Where(span => span.ParentId is null || !known.Contains(span.ParentId))];
        _children = spans.OrderBy(span => span.Start).ToLookup(span => span.ParentId);
    }

    /// <summary>Every span.</summary>
    public IReadOnlyList<Span> Spans { get; }

    /// <summary>The spans whose parent is not among them: one, when the trace is connected.</summary>
    public IReadOnlyList<Span> Roots { get; }

    /// <summary>Whether every span hangs together with every other.</summary>
    public bool IsConnected => Roots.Count == 1;

    /// <summary>The services that took part.</summary>
    public IReadOnlySet<string> Services => Spans.Select(span => span.Service).ToHashSet();

    /// <summary>The spans from the root down to this one.</summary>
    public IReadOnlyList<Span> PathTo(Span span)
    {
        var path = new List<Span>();
        for (var current = span; current is not null;
             current = Spans.FirstOrDefault(candidate => candidate.SpanId == current.ParentId))
            path.Insert(0, current);
        return path;
    }

    /// <summary>One line per span, indented by depth.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var root in Roots)
            Append(text, root, depth: 0);
        return text.ToString();
    }

    private void Append(StringBuilder text, Span span, int depth)
    {
        var duration = (span.End - span.Start).TotalMilliseconds;
        text.Append(' ', depth * 2).AppendLine(
            System.Globalization.CultureInfo.InvariantCulture, $"{span.Service}: {span.Name} ({duration:0.0} ms)");
        foreach (var child in _children[span.SpanId])
            Append(text, child, depth + 1);
    }
}
