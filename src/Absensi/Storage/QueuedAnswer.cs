namespace Absensi.Storage;

internal static class QueuedAnswer
{
    /// <summary>Waits for the answer to what was queued for the database.</summary>
    /// <exception cref="StorageUnavailableException">There was none in time. Under way it may still be carried out; in the queue it is to be passed over from here on, as its task is completed.</exception>
    public static async Task<T> WithinAsync<T>(this TaskCompletionSource<T> answer, TimeSpan patience)
    {
        try
        {
            return await answer.Task.WaitAsync(patience);
        }
        catch (TimeoutException silence)
        {
            answer.TrySetException(new StorageUnavailableException("the database did not answer in time", silence));
            return await answer.Task;
        }
    }
}
