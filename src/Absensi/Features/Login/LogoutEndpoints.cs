using Absensi.Security;

namespace Absensi.Features.Login;

public static class LogoutEndpoints
{
    public static void MapLogout(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/logout", async (HttpContext context, Sessions sessions, AuditLog audit, CancellationToken cancel) =>
        {
            if (SessionAuthentication.Token(context.Request) is { } token && !context.User.IsToken())
            {
                await sessions.EndAsync(token, cancel);
                if (context.User.Identity?.IsAuthenticated == true) await audit.WriteAsync(context, AuditActions.LoggedOut, "", cancel);
            }

            SessionAuthentication.DeleteCookie(context);
            return Errors.Errors.WantsJson(context.Request) ? Results.Json(new { success = true, redirect = "/login" }) : Results.Redirect("/login");
        }).AllowAnonymous().WithSummary("Ends the session");
        routes.MapGet("/", (HttpContext context) => Results.Redirect(LoginModel.Home(context.User.IsInRole(Storage.Roles.Admin)))).RequireAuthorization(Policies.Person).ExcludeFromDescription();
    }
}
