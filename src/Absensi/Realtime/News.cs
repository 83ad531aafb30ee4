using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Absensi.Realtime;

/// <summary>A state of which only the latest matters: each listener gets it once, encoded once; one that is slow skips to the next.</summary>
/// <param name="place">Where a listener notes what it was told of this kind.</param>
internal sealed class News(string name, int place)
{
    public const int Kinds = 2;

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
        if (_message is null || !listener.Telling.IsCompleted || listener.Told?[place] == _version) return;
        (listener.Told ??= new int[Kinds])[place] = _version;
        listener.Telling = listener.Connection.WriteAsync(_message, CancellationToken.None).AsTask();
    }
}
