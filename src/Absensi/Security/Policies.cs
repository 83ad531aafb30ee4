using Absensi.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Absensi.Security;

/// <summary>Deny by default: a route without a rule of its own wants a session.</summary>
public static class Policies
{
    public const string Admin = Roles.Admin, Karyawan = Roles.Karyawan;

    public static void AddAccessControl(this IServiceCollection services)
    {
        services.AddSingleton<Sessions>();
        services.AddAuthentication(SessionAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Admin, p => p.RequireRole(Roles.Admin))
            .AddPolicy(Karyawan, p => p.RequireRole(Roles.Karyawan));
    }
}
