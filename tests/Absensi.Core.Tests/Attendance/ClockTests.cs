using Absensi.Core.Attendance;
using Absensi.Core.Events;
using FsCheck;
using FsCheck.Fluent;

namespace Absensi.Core.Tests.Attendance;

public sealed class ClockTests
{
    private static readonly WorkRules Rules = new(new TimeOnly(8, 30), TimeZoneInfo.FindSystemTimeZoneById("Asia/Jakarta"));
    private static readonly DateTime Day = new(2025, 11, 14);

    [Fact]
    public void ClockInAtTheStartOfWorkIsOnTime() => Assert.Equal(AttendanceStatus.Hadir, ClockIn("08:30:00").Status);

    [Fact]
    public void ClockInASecondAfterTheStartOfWorkIsLate() => Assert.Equal(AttendanceStatus.Terlambat, ClockIn("08:30:01").Status);

    [Fact]
    public void LatenessIsDecidedByTheSecondThatIsStored()
    {
        var instant = new DateTime(2025, 11, 14, 1, 30, 0, DateTimeKind.Utc).AddMilliseconds(999);

        var local = Rules.LocalTime(instant);

        Assert.Equal(new DateTime(2025, 11, 14, 8, 30, 0), local);
        Assert.Equal(AttendanceStatus.Hadir, Rules.Judge(local));
    }

    [Fact]
    public void TheDateIsTheLocalOne() => Assert.Equal(new DateOnly(2025, 11, 15), DateOnly.FromDateTime(Rules.LocalTime(new DateTime(2025, 11, 14, 17, 0, 0, DateTimeKind.Utc))));

    [Fact]
    public void SecondClockInOnTheSameDayIsRefused()
    {
        var today = Projection.Apply(null, ClockIn("08:00:00"));

        var (fact, refusal) = Decide(ClockKind.In, "09:00:00", today);

        Assert.Null(fact);
        Assert.Equal(Refusal.AlreadyClockedIn, refusal);
    }

    [Fact]
    public void ClockOutBeforeClockInIsRefused() => Assert.Equal(Refusal.NotClockedIn, Decide(ClockKind.Out, "17:00:00", null).Refusal);

    [Fact]
    public void ClockOutOfAnAbsentDayIsRefused()
    {
        var absent = Projection.Apply(null, ClockIn("17:00:00") with { Status = AttendanceStatus.Alpha, Position = null });

        Assert.Equal(Refusal.NotClockedIn, Decide(ClockKind.Out, "18:00:00", absent).Refusal);
    }

    [Fact]
    public void ClockInOnADayAlreadyMarkedAbsentTakesTheRowOver()
    {
        var absent = Projection.Apply(null, ClockIn("17:00:00") with { Status = AttendanceStatus.Alpha, Position = null });

        var (fact, _) = Decide(ClockKind.In, "18:00:00", absent);
        var day = Projection.Apply(absent, fact!);

        Assert.Equal(absent.Id, day.Id);
        Assert.Equal(AttendanceStatus.Terlambat, day.Status);
        Assert.Equal(At("18:00:00"), day.ClockedInAt);
    }

    [Fact]
    public void SecondClockOutIsRefused()
    {
        var today = Projection.Apply(null, ClockIn("08:00:00"));
        today = Projection.Apply(today, Decide(ClockKind.Out, "17:00:00", today).Fact!);

        Assert.Equal(Refusal.AlreadyClockedOut, Decide(ClockKind.Out, "17:30:00", today).Refusal);
    }

    [Fact]
    public void ClockOutKeepsTheStatusOfTheMorning()
    {
        var today = Projection.Apply(null, ClockIn("09:00:00"));

        var day = Projection.Apply(today, Decide(ClockKind.Out, "17:30:59", today).Fact!);

        Assert.Equal(AttendanceStatus.Terlambat, day.Status);
        Assert.Equal(8 * 60 + 30, day.DurationMinutes);
        Assert.Equal(ClockKind.Out, day.Type);
    }

    [Fact]
    public void DurationCountsRealTimeAcrossAChangeOfOffset()
    {
        var berlin = Rules with { Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") };

        var minutes = berlin.MinutesBetween(new DateTime(2025, 10, 26, 1, 0, 0), new DateTime(2025, 10, 26, 4, 0, 0));

        Assert.Equal(4 * 60, minutes);
    }

    [Theory]
    [InlineData(null, "-")]
    [InlineData(0, "0j 0m")]
    [InlineData(59, "0j 59m")]
    [InlineData(510, "8j 30m")]
    public void DurationsReadAsTheDocumentWritesThem(int? minutes, string text) => Assert.Equal(text, Duration.Format(minutes));

    [Theory]
    [InlineData(double.NaN, 0)]
    [InlineData(double.PositiveInfinity, 0)]
    [InlineData(90.0000001, 0)]
    [InlineData(0, -180.0000001)]
    [InlineData(0, double.NegativeInfinity)]
    public void PlacesThatAreNotOnEarthAreRefused(double latitude, double longitude) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Position(latitude, longitude));

    [Fact]
    public void ADayNeverHasMoreThanOneClockInAndOneClockOut()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<(bool In, int Second)[]>(), taps =>
        {
            AttendanceDay? day = null;
            var (ins, outs) = (0, 0);
            foreach (var (isIn, second) in taps)
            {
                var time = Day.AddSeconds(Math.Abs((long)second) % 86_400);
                var fact = Clock.Decide(Tap(isIn ? ClockKind.In : ClockKind.Out, time), day, 1, Rules).Fact;
                if (fact is null) continue;
                day = Projection.Apply(day, fact);
                if (isIn) ins++;
                else outs++;
            }

            return ins <= 1 && outs <= ins && (day is null) == (ins == 0) && day?.DurationMinutes is null or >= 0;
        }).QuickCheckThrowOnFailure();
    }

    private static AttendanceFact ClockIn(string time) => Decide(ClockKind.In, time, null).Fact!;

    private static (AttendanceFact? Fact, Refusal? Refusal) Decide(ClockKind kind, string time, AttendanceDay? today) => Clock.Decide(Tap(kind, At(time)), today, 1, Rules);

    private static Tap Tap(ClockKind kind, DateTime time) => new(kind, 45, "Ahmad Rizki", new Position(-6.2088, 106.8456), 12, time, "app-node-1");

    private static DateTime At(string time) => Day + TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
}
