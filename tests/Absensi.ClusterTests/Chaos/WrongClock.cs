using System.Diagnostics;

namespace Absensi.ClusterTests.Chaos;

/// <summary>A library that, loaded before all others, gives one node a clock of its own; every other process has the machine's.</summary>
internal static class WrongClock
{
    /// <returns>The library's path, for <c>LD_PRELOAD</c>.</returns>
    public static async Task<string> BuildAsync(string folder, string nodeId, TimeSpan ahead)
    {
        var (source, library) = (Path.Combine(folder, "clock.c"), Path.Combine(folder, "clock.so"));
        await File.WriteAllTextAsync(source, $$"""
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <stdlib.h>
            #include <string.h>
            #include <sys/time.h>
            #include <time.h>

            static long ahead(void)
            {
                const char *node = getenv("NODE_ID");
                return node && strcmp(node, "{{nodeId}}") == 0 ? {{(long)ahead.TotalSeconds}} : 0;
            }

            int clock_gettime(clockid_t clock, struct timespec *now)
            {
                static int (*real)(clockid_t, struct timespec *);
                if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
                int result = real(clock, now);
                if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += ahead();
                return result;
            }

            int gettimeofday(struct timeval *restrict now, void *restrict zone)
            {
                (void)zone;
                struct timespec fine;
                clock_gettime(CLOCK_REALTIME, &fine);
                now->tv_sec = fine.tv_sec;
                now->tv_usec = fine.tv_nsec / 1000;
                return 0;
            }
            """);
        using var compiler = Process.Start(new ProcessStartInfo("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]) { RedirectStandardError = true })!;
        var said = await compiler.StandardError.ReadToEndAsync();
        await compiler.WaitForExitAsync();
        return compiler.ExitCode == 0 ? library : throw new InvalidOperationException($"cc: {said}");
    }
}
