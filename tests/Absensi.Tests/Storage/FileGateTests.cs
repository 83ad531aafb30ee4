using Absensi.Storage;

namespace Absensi.Tests.Storage;

/// <summary>Two gates on one file stand for two processes: flock belongs to the open file, not to the process.</summary>
public sealed class FileGateTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("absensi-gate-");

    public void Dispose() => _folder.Delete(recursive: true);

    private FileGate Open() => new(Path.Combine(_folder.FullName, "absensi.lock"));

    [Fact]
    public async Task OnlyOneHolderAtATimeAcrossGates()
    {
        using var one = Open();
        using var other = Open();
        var (inside, most) = (0, 0);

        async Task WorkAsync(FileGate gate)
        {
            for (var i = 0; i < 200; i++)
            {
                using var hold = await gate.EnterAsync(CancellationToken.None);
                most = Math.Max(most, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => WorkAsync(i % 2 == 0 ? one : other)));

        Assert.Equal(1, most);
    }

    [Fact]
    public async Task AGateOpensWhileAnotherHoldsTheLock()
    {
        using var one = Open();
        var held = await one.EnterAsync(CancellationToken.None);

        using var other = Open();
        var waiting = other.EnterAsync(CancellationToken.None).AsTask();
        held.Dispose();

        using var hold = await waiting;
        Assert.NotNull(hold);
    }

    [Fact]
    public async Task AWaitThatWasGivenUpDoesNotKeepTheLock()
    {
        using var one = Open();
        using var other = Open();
        var held = await one.EnterAsync(CancellationToken.None);
        using var impatient = new CancellationTokenSource();
        var waiting = other.EnterAsync(impatient.Token).AsTask();
        impatient.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        held.Dispose();

        using var again = await one.EnterAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(4));
        Assert.NotNull(again);
    }
}
