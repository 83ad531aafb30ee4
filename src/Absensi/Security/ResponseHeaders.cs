namespace Absensi.Security;

public static class ResponseHeaders
{
    // Styles and scripts are files of ours, data travels in JSON blocks: nothing inline has to be allowed.
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
        "manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>What every answer carries: which node gave it, and what a browser may do with it.</summary>
    public static void UseResponseHeaders(this WebApplication app, string nodeId) => app.Use((context, next) =>
    {
        // At the last moment: an answer that is given up on the way begins again without its headers.
        context.Response.OnStarting(static state =>
        {
            var (context, nodeId) = ((HttpContext, string))state;
            var headers = context.Response.Headers;
            headers["X-Node-ID"] = nodeId;
            headers.ContentSecurityPolicy = ContentPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "geolocation=(self), camera=(), microphone=(), payment=(), usb=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            if (context.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
            if (!headers.ContainsKey("Cache-Control")) headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }, (context, nodeId));
        return next(context);
    });
}
