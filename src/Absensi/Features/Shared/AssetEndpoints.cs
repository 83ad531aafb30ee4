namespace Absensi.Features.Shared;

public static class AssetEndpoints
{
    /// <summary>Serves wwwroot, compressed once at build time. What is in /build never changes under its name, so it is asked for once.</summary>
    public static void MapAssets(this WebApplication app)
    {
        // Run from its build folder the framework would look for edited files on every request and send them uncompressed.
        app.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
        app.MapStaticAssets().AllowAnonymous().Add(endpoint =>
        {
            if (endpoint is not RouteEndpointBuilder { RoutePattern.RawText: { } path } || !path.StartsWith("build/", StringComparison.Ordinal)) return;
            var serve = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                context.Response.OnStarting(() =>
                {
                    context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
                    return Task.CompletedTask;
                });
                return serve(context);
            };
        });
    }
}
