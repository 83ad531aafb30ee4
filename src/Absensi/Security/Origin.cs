namespace Absensi.Security;

/// <summary>
/// A WebSocket may be opened by any page, and the browser sends our cookie along. It also says whose page it was, which
/// no page can change.
/// </summary>
public static class Origin
{
    /// <summary>Whether the page is of the host that was asked, or of <c>APP_URL</c>. Programs other than browsers send no origin.</summary>
    public static bool IsOurs(HttpRequest request, Uri? appUrl)
    {
        var header = request.Headers.Origin.ToString();
        if (header.Length == 0) return true;
        if (!Uri.TryCreate(header, UriKind.Absolute, out var origin) || origin.Scheme is not ("http" or "https")) return false;
        if (appUrl is not null && Uri.Compare(origin, appUrl, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0) return true;
        return Uri.TryCreate($"{origin.Scheme}://{request.Host}", UriKind.Absolute, out var host) && host.Authority.Equals(origin.Authority, StringComparison.OrdinalIgnoreCase);
    }
}
