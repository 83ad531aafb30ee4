namespace MySqlConnector.Protocol;

/// <summary>One timer per connection, wound up for each exchange; it joins the time-out and the caller's own token.</summary>
internal sealed class Deadline
{
    private CancellationTokenSource _source = new();
    private CancellationTokenRegistration _caller;

    /// <param name="milliseconds">-1 for no limit.</param>
    /// <param name="caller">The caller's token, obeyed until <see cref="End"/>.</param>
    public CancellationToken Begin(int milliseconds, CancellationToken caller)
    {
        if (_source.IsCancellationRequested) _source = new CancellationTokenSource();
        _source.CancelAfter(milliseconds);
        if (caller.CanBeCanceled) _caller = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        return _source.Token;
    }

    public void End()
    {
        _caller.Dispose();
        _caller = default;
        _source.CancelAfter(Timeout.Infinite);
    }

    public void Cancel() => _source.Cancel();
}
