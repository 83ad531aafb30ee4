namespace Absensi.Storage;

/// <summary>The database can't be used as it is found (absent, damaged, outdated, not writable); the message says what to do.</summary>
public sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The database is away for now: nothing is known to have been written, and trying again is right. Answered with 503.</summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
