using Microsoft.AspNetCore.HttpOverrides;

namespace Absensi.Security;

public static class Proxies
{
    /// <summary>
    /// Takes the caller's address and scheme from the balancer, but only from one named in <c>TRUSTED_PROXIES</c>; from anyone else
    /// these headers mean nothing. Where <c>APP_URL</c> is https, a browser is behind TLS whatever reached this process.
    /// </summary>
    public static void UseTrustedProxies(this WebApplication app, Settings settings)
    {
        if (settings.TrustedProxies.Count > 0)
        {
            var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in settings.TrustedProxies) options.KnownIPNetworks.Add(network);
            app.UseForwardedHeaders(options);
        }

        if (settings.Url?.Scheme == Uri.UriSchemeHttps)
        {
            app.Use((context, next) =>
            {
                context.Request.Scheme = Uri.UriSchemeHttps;
                return next(context);
            });
        }
    }

    /// <summary>Other sites stay shut out, except those named in <c>CORS_ORIGINS</c>: their scripts may call with a token, never with a cookie.</summary>
    public static void UseOtherSites(this WebApplication app, Settings settings)
    {
        if (settings.CorsOrigins.Count == 0) return;
        app.UseCors(policy => policy.WithOrigins([.. settings.CorsOrigins]).WithMethods("GET", "POST").WithHeaders("Authorization", "Content-Type", "Idempotency-Key")
            .WithExposedHeaders("Retry-After", "X-Node-ID").SetPreflightMaxAge(TimeSpan.FromMinutes(10)));
    }
}
