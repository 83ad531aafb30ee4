using System.Collections.Concurrent;
using System.Diagnostics;

namespace Absensi.Cluster;

/// <summary>
/// The one thread that starts processes. Linux tells a child that its parent has died when the thread that started it ends, and the
/// pool's threads come and go.
/// </summary>
internal static class Starter
{
    private static readonly BlockingCollection<Action> Work = [];

    static Starter() => new Thread(() =>
    {
        foreach (var start in Work.GetConsumingEnumerable()) start();
    }) { IsBackground = true, Name = "starter" }.Start();

    public static void Start(Process process)
    {
        var started = new TaskCompletionSource();
        Work.Add(() =>
        {
            try
            {
                process.Start();
                started.SetResult();
            }
            catch (Exception fault)
            {
                started.SetException(fault);
            }
        });
        started.Task.GetAwaiter().GetResult();
    }
}
