using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Absensi.Testing;

// One cluster at a time: each is several processes already.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Absensi.ClusterTests;

/// <summary>The built program with some words, as a process of its own whose lines are kept.</summary>
internal sealed partial class Program : IAsyncDisposable
{
    public const int SignalInterrupt = 2, SignalKill = 9, SignalTerm = 15;
    private const int SignalContinue = 18, SignalStop = 19;
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly SemaphoreSlim _said = new(0);
    private readonly TaskCompletionSource _silent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open = 2;

    private Program(Process process)
    {
        _process = process;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    public int Id => _process.Id;
    public string Output => string.Join('\n', _lines);

    /// <param name="through">A command that in the end becomes the program, or none.</param>
    public static Program Start(IEnumerable<string> words, IReadOnlyDictionary<string, string>? environment = null, params string[] through)
    {
        string[] command = [.. through, "dotnet", Dll, .. words];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var name in start.Environment.Keys.Where(IsOurs).ToList()) start.Environment.Remove(name);
        start.Environment["APP_TIMEZONE"] = Noon.Zone;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var program = new Program(new Process { StartInfo = start });
        program._process.OutputDataReceived += (_, line) => program.Hear(line.Data);
        program._process.ErrorDataReceived += (_, line) => program.Hear(line.Data);
        program._process.Start();
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(IEnumerable<string> words, IReadOnlyDictionary<string, string>? environment = null, params string[] through)
    {
        await using var program = Start(words, environment, through);
        return (await program.ExitAsync(), program.Output);
    }

    /// <summary>The first line that holds the text; fails when the program ends without it.</summary>
    public async Task<string> SaysAsync(string text, int times = 1)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var found = _lines.Where(l => l.Contains(text, StringComparison.Ordinal)).ToList();
            if (found.Count >= times) return found[0];
            if (_silent.Task.IsCompleted) throw new InvalidOperationException($"it ended without saying \"{text}\":\n{Output}");
            try
            {
                await _said.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"it did not say \"{text}\":\n{Output}");
            }
        }
    }

    public void Signal(int signal)
    {
        if (SendSignal(Id, signal) != 0) throw new InvalidOperationException($"process {Id} can't be sent signal {signal}");
    }

    public static void Kill(int process) => _ = SendSignal(process, SignalKill);
    public static void Terminate(int process) => _ = SendSignal(process, SignalTerm);
    public static void Freeze(int process) => _ = SendSignal(process, SignalStop);
    public static void Thaw(int process) => _ = SendSignal(process, SignalContinue);

    /// <summary>How many of its lines so far hold the text.</summary>
    public int Count(string text) => _lines.Count(l => l.Contains(text, StringComparison.Ordinal));

    /// <summary>Whether it is there, frozen or not.</summary>
    public static bool IsAlive(int process) => State(process) is not (null or 'Z');

    /// <summary>Whether it is neither dead nor frozen.</summary>
    public static bool IsMoving(int process) => State(process) is not (null or 'Z' or 'T');

    /// <summary>The kernel's letter for what a process does (proc(5)); null when it is gone.</summary>
    public static char? State(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat") is var stat ? stat[stat.LastIndexOf(')') + 2] : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        if (!_process.HasExited)
        {
            Signal(SignalTerm);
            await ExitAsync();
        }

        _process.Dispose();
        _said.Dispose();
    }

    /// <summary>The program under test: the one built beside the tests, or the one that ABSENSI_TEST_PROGRAM names.</summary>
    private static string Dll => Environment.GetEnvironmentVariable("ABSENSI_TEST_PROGRAM") is { Length: > 0 } other ? other : Path.GetFullPath(Path.Combine(AppContext.BaseDirectory.Replace($"tests{Path.DirectorySeparatorChar}Absensi.ClusterTests", $"src{Path.DirectorySeparatorChar}Absensi", StringComparison.Ordinal), "absensi.dll"));

    private static bool IsOurs(string name) => name.StartsWith("DB_", StringComparison.Ordinal) || name.StartsWith("REDIS_", StringComparison.Ordinal) || name.StartsWith("APP_", StringComparison.Ordinal)
        || name.StartsWith("ABSENSI_", StringComparison.Ordinal) || name.StartsWith("NODE_", StringComparison.Ordinal) || name is "WORK_START" or "SESSION_LIFETIME";

    // A test run that is cut short leaves nobody behind: the nodes end with their supervisor.
    private void OnProcessExit(object? sender, EventArgs e) => Kill(Id);

    private void Hear(string? line)
    {
        if (line is null)
        {
            if (Interlocked.Decrement(ref _open) == 0) _silent.TrySetResult();
        }
        else
        {
            _lines.Enqueue(line);
        }

        _said.Release();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
