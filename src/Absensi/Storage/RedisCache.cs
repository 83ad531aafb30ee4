using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using StackExchange.Redis;

namespace Absensi.Storage;

/// <summary>
/// Short-lived copies of what the database says, shared by the nodes. It may know nothing at any time, and then the
/// database is asked; it waits for Redis 50 ms at most. What it stores is sealed for its key, so that whoever can write
/// to Redis can neither make up a value nor put one in another's place.
/// </summary>
public sealed class RedisCache(RedisLink? redis, IDataProtectionProvider protection)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <returns>The value, or null when it is not known here.</returns>
    public async Task<T?> GetAsync<T>(string key) where T : class
    {
        var sealedValue = await TryAsync(async database => (byte[]?)await database.StringGetAsync(key));
        if (sealedValue is null) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(Seal(key).Unprotect(sealedValue), Json.Options);
        }
        catch (Exception fault) when (fault is CryptographicException or JsonException)
        {
            return null;
        }
    }

    public async Task SetAsync<T>(string key, T value, TimeSpan lifetime) where T : class
    {
        if (redis?.Current is null) return;
        var sealedValue = Seal(key).Protect(JsonSerializer.SerializeToUtf8Bytes(value, Json.Options), lifetime);
        await TryAsync(database => database.StringSetAsync(key, sealedValue, lifetime));
    }

    public Task RemoveAsync(string key) => TryAsync(database => database.KeyDeleteAsync(key));

    private ITimeLimitedDataProtector Seal(string key) => protection.CreateProtector("redis", key).ToTimeLimitedDataProtector();

    private async Task<T?> TryAsync<T>(Func<IDatabase, Task<T>> call)
    {
        if (redis?.Current is not { } connection) return default;
        try
        {
            return await call(connection.GetDatabase()).WaitAsync(Patience);
        }
        catch (Exception fault) when (fault is TimeoutException or RedisException or ObjectDisposedException)
        {
            redis.Doubt();
            return default;
        }
    }
}
