using Absensi.Core.Attendance;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Demo;

/// <summary>Lets made-up people clock in, then out, every few seconds while one watches: over the network, like anyone else.</summary>
internal sealed class DemoArrivals(Database database, Settings settings)
{
    private readonly WorkRules _rules = settings.Rules;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(6);

    /// <summary>Ends with its token, or when everybody has gone home. A database that is away is waited for.</summary>
    public async Task RunAsync(int seed, CancellationToken cancel)
    {
        using var sessions = new Sessions(database, settings);
        var phone = new DemoPhone(new Uri($"http://127.0.0.1:{settings.Port}"), sessions);
        for (var goesOn = true; goesOn; )
        {
            try
            {
                goesOn = await TapAsync(phone, seed, cancel);
            }
            catch (Exception fault) when (database.Dialect.IsUnavailable(fault))
            {
                // The nodes tell of it; this is only a show.
            }

            await Task.Delay(LongestPause * Random.Shared.NextDouble(), cancel);
        }
    }

    /// <returns>Whether there was somebody to tap.</returns>
    private async Task<bool> TapAsync(DemoPhone phone, int seed, CancellationToken cancel)
    {
        var today = DateOnly.FromDateTime(_rules.LocalTime(await database.UtcNowAsync(cancel)));
        if (await NextAsync(today, cancel) is not { } next) return false;
        var habits = DemoDay.Of((int)next.UserId, today, _rules, seed);
        await phone.TapAsync(next.UserId, next.Arrived ? ClockKind.Out : ClockKind.In, habits.At, habits.Accuracy, cancel);
        return true;
    }

    /// <summary>Somebody of today who has not come yet; when all have, somebody who is still there.</summary>
    private async Task<Next?> NextAsync(DateOnly today, CancellationToken cancel)
    {
        var open = await database.QueryAsync<Next>(
            """
            SELECT u.id AS user_id, a.jam_masuk IS NOT NULL AS arrived FROM users u
            LEFT JOIN attendances a ON a.user_id = u.id AND a.date = @today
            WHERE u.email LIKE @pattern AND u.active = 1 AND a.jam_pulang IS NULL
            """, new { today, pattern = $"%@{DemoPeople.Domain}" }, cancel);
        var absent = open.Where(n => !n.Arrived).ToList();
        var candidates = absent.Count > 0 ? absent : open;
        return candidates.Count == 0 ? null : candidates[Random.Shared.Next(candidates.Count)];
    }

    private sealed class Next
    {
        public long UserId { get; init; }
        public bool Arrived { get; init; }
    }
}
