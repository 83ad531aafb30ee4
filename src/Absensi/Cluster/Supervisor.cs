namespace Absensi.Cluster;

/// <summary>A child can't be brought to work; the message is the one line the operator reads.</summary>
public sealed class SupervisorException(string message) : Exception(message);

/// <summary>Children that start together.</summary>
/// <param name="Then">Done once all of them are ready, before the next stage starts.</param>
public sealed record Stage(IReadOnlyList<Child> Children, Func<CancellationToken, Task>? Then = null);

/// <summary>
/// Keeps a system of processes on this machine. They start in stages, each stage when the one before is ready, and stop
/// in the opposite order; one that dies is started again.
/// </summary>
/// <param name="stageDoor">Where nodes may ask for children to be killed, frozen and revived, see <see cref="StageDoor"/>; null: nowhere.</param>
public sealed class Supervisor(IReadOnlyList<Stage> stages, string? stageDoor = null)
{
    private static readonly TimeSpan PatienceToBegin = TimeSpan.FromSeconds(60), PatienceToStop = TimeSpan.FromSeconds(10);

    private readonly ChildOutput _output = new(stages.SelectMany(s => s.Children).Select(c => c.Name));

    /// <summary>Returns when everything has been stopped, after <paramref name="stop"/> asked for it.</summary>
    /// <param name="whenReady">Called once, when all children are ready; whatever it does ends with the token it gets.</param>
    /// <exception cref="SupervisorException">A child can't start; the others have been stopped.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> whenReady, CancellationToken stop)
    {
        Environment.SetEnvironmentVariable(StageHand.Variable, stageDoor ?? ""); // the children inherit it, and nobody else's
        var kept = new Stack<List<KeptChild>>();
        try
        {
            foreach (var stage in stages)
            {
                kept.Push(stage.Children.Select(child => new KeptChild(child, _output)).ToList());
                await BeginAsync(kept.Peek(), stop);
                if (stage.Then is { } then) await then(stop);
            }

            await using var door = stageDoor is null ? null : StageDoor.Open(stageDoor, kept.SelectMany(stage => stage).ToList());
            await whenReady(stop);
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            foreach (var stage in kept) await Task.WhenAll(stage.Select(child => child.StopAsync(PatienceToStop)));
        }
    }

    private static async Task BeginAsync(List<KeptChild> stage, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(PatienceToBegin);
        var begun = stage.ConvertAll(child => child.BeginAsync());
        try
        {
            await foreach (var one in Task.WhenEach(begun).WithCancellation(patience.Token)) await one;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            var late = stage.Where((_, i) => !begun[i].IsCompleted).Select(child => child.Name);
            throw new SupervisorException($"{string.Join(", ", late)}: not ready after {PatienceToBegin.TotalSeconds:0} s; see the lines above");
        }
    }
}
