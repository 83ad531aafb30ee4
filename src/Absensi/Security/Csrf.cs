using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Security;

/// <summary>
/// The framework's antiforgery over every unsafe request, pages and API alike: axios sends the <c>XSRF-TOKEN</c> cookie
/// back as <c>X-XSRF-TOKEN</c> by itself, forms carry the hidden field.
/// </summary>
public static class Csrf
{
    private const string Cookie = "XSRF-TOKEN", Header = "X-XSRF-TOKEN";

    public static void AddCsrf(this IServiceCollection services) => services.AddAntiforgery(o =>
    {
        o.HeaderName = Header;
        o.Cookie.Name = "absensi_csrf";
        o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        o.SuppressXFrameOptionsHeader = true;
    });

    /// <summary>Gives the browser the token its scripts send back; anew when the person has changed, for the token names them.</summary>
    public static void IssueToken(HttpContext context)
    {
        var token = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context).RequestToken!;
        context.Response.Cookies.Append(Cookie, token, new CookieOptions { HttpOnly = false, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/" });
    }

    public static void UseCsrf(this WebApplication app) => app.Use(async (context, next) =>
    {
        var method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method))
        {
            if (NeedsToken(context) && !await IsValidAsync(context.RequestServices.GetRequiredService<IAntiforgery>(), context))
            {
                context.Response.StatusCode = 419;
                return;
            }
        }
        else if (context.GetEndpoint()?.Metadata.GetMetadata<PageActionDescriptor>() is not null && context.Features.Get<IStatusCodeReExecuteFeature>() is null)
        {
            // Not for an error page: it is shown to nobody in particular, and nobody's token would take the place of the person's own.
            IssueToken(context);
        }

        await next(context);
    });

    // No other site can make a browser send a bearer token; and what is shown for a refused request must not be refused again.
    private static bool NeedsToken(HttpContext context) =>
        context.GetEndpoint() is not null && !context.User.IsToken() && context.Features.Get<IStatusCodeReExecuteFeature>() is null;

    private static async Task<bool> IsValidAsync(IAntiforgery antiforgery, HttpContext context)
    {
        try
        {
            return await antiforgery.IsRequestValidAsync(context);
        }
        catch (Exception e) when (e is AntiforgeryValidationException or InvalidDataException or BadHttpRequestException { StatusCode: not StatusCodes.Status413PayloadTooLarge })
        {
            return false;
        }
    }
}
