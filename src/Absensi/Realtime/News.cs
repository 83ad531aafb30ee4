using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Absensi.Realtime;

/// <summary>A state of which only the latest matters: each listener gets it once, encoded once; one that is slow skips to the next.</summary>
internal sealed class News(string name)
{
    private SerializedHubMessage? _message;
    private int _version;

    /// <summary>What tells whether there is anything new; null before the first.</summary>
    public string? State { get; private set; }

    /// <param name="latest">What is sent; it may say more than the state.</param>
    public void Set(string state, object latest)
    {
        State = state;
        _message = new SerializedHubMessage(new InvocationMessage(name, [latest]));
        _version++;
    }

    public void Tell(Listener listener)
    {
        if (_message is null || !listener.Telling.IsCompleted || listener.Told?.GetValueOrDefault(name) == _version) return;
        (listener.Told ??= [])[name] = _version;
        listener.Telling = listener.Connection.WriteAsync(_message, CancellationToken.None).AsTask();
    }
}
