namespace Absensi.Core.Attendance;

/// <summary>The document's three states; the names are what the tables and the API carry.</summary>
public enum AttendanceStatus { Hadir, Terlambat, Alpha }

/// <summary>Which of the day's two taps.</summary>
public enum ClockKind { In, Out }

/// <summary>Why a tap changes nothing.</summary>
public enum Refusal { AlreadyClockedIn, NotClockedIn, AlreadyClockedOut }
