namespace Absensi.Cluster;

/// <summary>What the audience sees done to it. It comes back by itself, so that nothing stays broken for having been forgotten.</summary>
internal sealed partial class KeptChild
{
    /// <summary>How long it stays killed or frozen unless revived before.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    private Absence? _absence;

    public Actor Actor
    {
        get
        {
            lock (_lock)
            {
                if (_absence is { } absence) return new Actor(Name, absence.IsFrozen ? "frozen" : "killed", absence.SecondsLeft);
                return new Actor(Name, _isReady && _process is not null ? "running" : "starting", null);
            }
        }
    }

    public void Play(StageAct act)
    {
        lock (_lock)
        {
            if (act == StageAct.Revive)
            {
                Return();
                return;
            }

            if (_process is not { } process || _stop.IsCancellationRequested) return;
            _absence?.Dispose();
            _absence = new Absence(act == StageAct.Freeze, this);
            output.Write(Name, act == StageAct.Freeze ? "frozen from the stage" : "killed from the stage");
            if (act == StageAct.Freeze) Signals.SendToTree(process, Signals.Stop);
            else process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Ends its absence, if there is one.</summary>
    private void Return()
    {
        lock (_lock)
        {
            if (_absence is not { } absence) return;
            _absence = null;
            absence.Dispose();
            if (_process is { } process) Signals.SendToTree(process, Signals.Continue);
        }
    }

    /// <summary>Waits until it may be started again.</summary>
    /// <returns>Whether it was killed from the stage.</returns>
    private async Task<bool> StayedAwayAsync()
    {
        Task over;
        lock (_lock)
        {
            if (_absence is not { IsFrozen: false } absence) return false;
            over = absence.Over;
        }

        await over;
        return true;
    }

    private sealed class Absence : IDisposable
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Timer _timer;
        private readonly long _until = Environment.TickCount64 + (long)Interval.TotalMilliseconds;

        public Absence(bool isFrozen, KeptChild child)
        {
            IsFrozen = isFrozen;
            _timer = new Timer(_ => child.Return(), null, Interval, Timeout.InfiniteTimeSpan);
        }

        public bool IsFrozen { get; }
        public Task Over => _over.Task;
        public int SecondsLeft => (int)Math.Max(0, Math.Ceiling((_until - Environment.TickCount64) / 1000.0));

        public void Dispose()
        {
            _timer.Dispose();
            _over.TrySetResult();
        }
    }
}
