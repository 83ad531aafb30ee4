using Microsoft.AspNetCore.Http.Metadata;

namespace Absensi.Security;

/// <summary>Lets a page's request be longer than others. Routing applies it, before anything reads the body; the framework's own attribute would try again, too late, and complain.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LongestBodyAttribute(long bytes) : Attribute, IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize => bytes;
}
