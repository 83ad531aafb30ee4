using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Absensi.Storage;

namespace Absensi.Security;

/// <summary>
/// Threads for bcrypt alone, as many as there are cores. More would only make each check slower; and on Linux they stand
/// behind every other thread of the machine, so that a storm of log-ins takes the time that taps leave, not theirs.
/// </summary>
internal static partial class PasswordThreads
{
    private const int LongestQueue = 10_000;
    private static readonly BlockingCollection<Action> Queue = Start();

    /// <exception cref="StorageUnavailableException">Too many wait already.</exception>
    public static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancel)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queued = Queue.TryAdd(() =>
        {
            if (cancel.IsCancellationRequested) done.TrySetCanceled(cancel);
            else
            {
                try
                {
                    done.TrySetResult(work());
                }
                catch (Exception fault)
                {
                    done.TrySetException(fault);
                }
            }
        });
        return queued ? done.Task : throw new StorageUnavailableException("too many log-ins wait for their password check");
    }

    private static BlockingCollection<Action> Start()
    {
        var queue = new BlockingCollection<Action>(LongestQueue);
        for (var i = 0; i < Environment.ProcessorCount; i++)
            new Thread(() => Work(queue)) { IsBackground = true, Name = "passwords" }.Start();
        return queue;
    }

    private static void Work(BlockingCollection<Action> queue)
    {
        const int callingThread = 0, nice = 10;
        if (OperatingSystem.IsLinux()) _ = setpriority(callingThread, 0, nice);
        foreach (var work in queue.GetConsumingEnumerable()) work();
    }

    // The framework's own thread priorities do nothing on Linux.
    [LibraryImport("libc")]
    private static partial int setpriority(int which, uint who, int priority);
}
