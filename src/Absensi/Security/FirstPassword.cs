using Absensi.Features.Errors;
using Microsoft.AspNetCore.Authorization;

namespace Absensi.Security;

/// <summary>Marks what someone who has yet to choose a password of their own may use.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AllowFirstPasswordAttribute : Attribute;

/// <summary>A password that somebody else made up opens one page only: the one where it is changed.</summary>
public static class FirstPassword
{
    public const string Page = "/profil/sandi", Message = "Ganti kata sandi sementara Anda terlebih dahulu di halaman /profil/sandi.";

    public static void UseFirstPassword(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.Features.Get<SessionUser>() is not { MustChangePassword: true } || context.GetEndpoint() is not { } endpoint
            || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || endpoint.Metadata.GetMetadata<AllowFirstPasswordAttribute>() is not null) return next(context);
        if (Errors.WantsJson(context.Request)) return Errors.WriteAsync(context, 403, Message);
        context.Response.Redirect(Page);
        return Task.CompletedTask;
    });
}
