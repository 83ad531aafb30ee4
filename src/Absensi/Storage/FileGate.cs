using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Absensi.Storage;

/// <summary>
/// One lock over all threads of all processes that hold the same file open: <c>flock(2)</c>, which is fair enough and is
/// let go by the kernel when its holder dies. SQLite's own busy handler is neither fast nor fair with several writers.
/// </summary>
internal sealed partial class FileGate : IDisposable
{
    private const int Exclusive = 2, DoNotWait = 4, Unlock = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _inProcess = new(1, 1);
    private readonly SafeFileHandle _file;
    private readonly Hold _hold;

    // A wait that its caller gave up on still ends with the lock in hand; the next caller takes it over.
    private Task? _waiting;

    public FileGate(string path)
    {
        _file = Open(path);
        _hold = new Hold(this);
    }

    /// <exception cref="StorageUnavailableException">Another process kept it for 5 s.</exception>
    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancel)
    {
        if (!await _inProcess.WaitAsync(Patience, cancel)) throw Busy();
        try
        {
            if (_waiting is null && TryLock(_file)) return _hold;
            _waiting ??= Task.Factory.StartNew(() => Lock(_file), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await _waiting.WaitAsync(Patience, cancel);
            _waiting = null;
            return _hold;
        }
        catch (Exception e)
        {
            if (_waiting is { IsFaulted: true }) _waiting = null;
            else if (_waiting is { } abandoned) _ = ReleaseWhenHadAsync(abandoned);
            _inProcess.Release();
            if (e is TimeoutException) throw Busy();
            throw;
        }
    }

    // Nobody may come to take over what an abandoned wait has got, and the other processes would wait for ever.
    private async Task ReleaseWhenHadAsync(Task abandoned)
    {
        await abandoned.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _inProcess.WaitAsync();
        if (ReferenceEquals(_waiting, abandoned))
        {
            _waiting = null;
            Release();
        }
        else
        {
            _inProcess.Release();
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _inProcess.Dispose();
    }

    private static StorageUnavailableException Busy() => new("another process holds the database's write lock for too long");

    private static bool TryLock(SafeFileHandle file)
    {
        if (!OperatingSystem.IsWindows()) return flock(file, Exclusive | DoNotWait) == 0;
        return Windows.TryLock(file);
    }

    private static void Lock(SafeFileHandle file)
    {
        while (OperatingSystem.IsWindows() ? !Windows.Lock(file) : flock(file, Exclusive) != 0)
        {
            const int interrupted = 4;
            var error = Marshal.GetLastPInvokeError();
            if (error != interrupted) throw new IOException($"the lock file can't be locked (error {error})");
        }
    }

    private void Release()
    {
        _ = OperatingSystem.IsWindows() ? Windows.Unlock(_file) : flock(_file, Unlock) == 0;
        _inProcess.Release();
    }

    // The framework's own open takes a flock for itself, so the file is opened past it; and it must not leak into children.
    private static SafeFileHandle Open(string path)
    {
        if (OperatingSystem.IsWindows()) return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        const int readWrite = 2, ownersOnly = 0x180;
        var closeOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;
        using (new SafeFileHandle(Checked(creat(path, ownersOnly), path), ownsHandle: true)) { }
        return new SafeFileHandle(Checked(open(path, readWrite | closeOnExec), path), ownsHandle: true);
    }

    private static int Checked(int handle, string path) =>
        handle >= 0 ? handle : throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int creat(string path, int mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle file, int operation);

    private sealed class Hold(FileGate gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }

    private static unsafe partial class Windows
    {
        private const int DoNotWait = 1, Exclusive = 2;

        public static bool TryLock(SafeFileHandle file) => LockFileEx(file, Exclusive | DoNotWait, 0, 1, 0, stackalloc byte[64]);
        public static bool Lock(SafeFileHandle file) => LockFileEx(file, Exclusive, 0, 1, 0, stackalloc byte[64]);
        public static bool Unlock(SafeFileHandle file) => UnlockFileEx(file, 0, 1, 0, stackalloc byte[64]);

        // The last parameter is an OVERLAPPED of zeros: the lock is on the file's first byte.
        [LibraryImport("kernel32", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static partial bool LockFileEx(SafeFileHandle file, int flags, int reserved, int low, int high, Span<byte> overlapped);

        [LibraryImport("kernel32", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static partial bool UnlockFileEx(SafeFileHandle file, int reserved, int low, int high, Span<byte> overlapped);
    }
}
