using System.Diagnostics;

namespace Absensi.Cluster;

/// <summary>One child over all its starts: begun, watched, begun again when it dies, stopped.</summary>
internal sealed partial class KeptChild(Child child, ChildOutput output)
{
    private const int TriesToBegin = 3;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250), LongestPause = TimeSpan.FromSeconds(5), Stable = TimeSpan.FromSeconds(10), LastWords = TimeSpan.FromMilliseconds(200);

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private Process? _process;
    private bool _isReady;
    private string _lastWords = "it said nothing";
    private Task _life = Task.CompletedTask;

    public string Name => child.Name;

    /// <summary>Completes when it is ready for the first time.</summary>
    /// <exception cref="SupervisorException">It died before that again and again.</exception>
    public Task BeginAsync()
    {
        _life = LiveAsync();
        return _begun.Task;
    }

    /// <summary>Asks it to end, waits, and ends it by force when it has not by then.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        lock (_lock)
        {
            _stop.Cancel();
            Return();
            if (_process is { } process)
            {
                Signals.Send(process, child.StopSignal);
                process.StandardInput.Close();
            }
        }

        try
        {
            await _life.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            output.Write(child.Name, $"did not end within {patience.TotalSeconds:0} s and is killed");
            lock (_lock) _process?.Kill(entireProcessTree: true);
            await _life;
        }
    }

    private async Task LiveAsync()
    {
        var pause = ShortestPause;
        for (var failures = 0; ;)
        {
            var startedAt = Stopwatch.GetTimestamp();
            var (ending, wasReady) = await RunOnceAsync();
            if (Stopwatch.GetElapsedTime(startedAt) >= Stable) pause = ShortestPause;
            if (!wasReady && ++failures == TriesToBegin) _begun.TrySetException(new SupervisorException($"{child.Name} can't start ({ending}): {_lastWords}"));
            if (await StayedAwayAsync()) pause = ShortestPause;
            if (!await GoOnAsync(pause)) return;
            output.Write(child.Name, $"ended ({ending}) and is started again");
            pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
        }
    }

    /// <summary>Waits first: Ctrl-C reaches the children of a terminal as well as us, and an end just before our own stop is no death.</summary>
    private async Task<bool> GoOnAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<(string Ending, bool WasReady)> RunOnceAsync()
    {
        Process process;
        lock (_lock)
        {
            if (_stop.IsCancellationRequested) return ("stopped", false);
            try
            {
                _isReady = false;
                process = _process = Start();
            }
            catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
            {
                _lastWords = e.Message;
                return ("not started", false);
            }
        }

        await EndOf(process);
        lock (_lock) _process = null;
        using (process) return ($"exit code {process.ExitCode}", _begun.Task.IsCompletedSuccessfully);
    }

    /// <summary>The process's own end. The framework's wait would go on for as long as a worker that outlives it holds its output open.</summary>
    private static async Task EndOf(Process process)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => ended.TrySetResult();
        process.EnableRaisingEvents = true;
        await ended.Task;
        await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(LastWords));
    }

    private Process Start()
    {
        var command = child.Command();
        command.RedirectStandardInput = command.RedirectStandardOutput = command.RedirectStandardError = true;
        var process = new Process { StartInfo = command };
        process.OutputDataReceived += (_, line) => Tell(line.Data);
        process.ErrorDataReceived += (_, line) => Tell(line.Data);
        Starter.Start(process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Tell(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        _lastWords = line.Trim();
        if (child.IsNews(line)) output.Write(child.Name, line);
        if (!child.IsReadyLine(line)) return;
        lock (_lock) _isReady = true;
        _begun.TrySetResult();
    }
}
