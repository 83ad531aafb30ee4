using System.Diagnostics;

namespace Absensi.Tests.Storage;

/// <summary>From here on, whatever the process wants to write to this file waits for a minute, as on a disk that hangs.</summary>
public sealed class HangingDisk : IAsyncDisposable
{
    private readonly Process _tracer;

    private HangingDisk(Process tracer) => _tracer = tracer;

    public static async Task<HangingDisk> AttachAsync(int processId, string file)
    {
        string[] arguments =
            ["-f", "-o", "/dev/null", "-p", $"{processId}", "-P", file, "-e", "trace=pwrite64,fdatasync", "-e", "inject=pwrite64,fdatasync:delay_enter=60000000"];
        var tracer = Process.Start(new ProcessStartInfo("strace", arguments) { RedirectStandardError = true })!;
        var line = await tracer.StandardError.ReadLineAsync() ?? "";
        if (!line.Contains("attached", StringComparison.Ordinal)) throw new InvalidOperationException($"strace can't attach: {line}");
        _ = tracer.StandardError.ReadToEndAsync();
        return new HangingDisk(tracer);
    }

    public async ValueTask DisposeAsync()
    {
        _tracer.Kill();
        await _tracer.WaitForExitAsync();
        _tracer.Dispose();
    }
}
