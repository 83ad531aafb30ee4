using System.Text.Encodings.Web;
using Absensi.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.Options;

namespace Absensi.Security;

/// <summary>
/// Who may do what. Deny by default: a route without a rule of its own wants a session, and a token opens only what its
/// scope is named for.
/// </summary>
public static class Policies
{
    /// <summary>A person with a session, in that role.</summary>
    public const string Admin = Roles.Admin, Karyawan = Roles.Karyawan;

    /// <summary>Any person with a session; what a route without a rule of its own wants as well.</summary>
    public const string Person = "person";

    /// <summary>An employee, or a program that may clock one.</summary>
    public const string Clock = "clock";

    /// <summary>Anybody's own attendance, an admin's everyone's; in person or through a reading token.</summary>
    public const string ReadAttendance = "read-attendance";

    /// <summary>Everyone's attendance: an admin, or an admin's reading token.</summary>
    public const string ReadEveryone = "read-everyone";

    private const string EitherScheme = "Session or token", NoScheme = "Nobody";

    public static void AddAccessControl(this IServiceCollection services)
    {
        services.AddSingleton<Sessions>().AddHostedService<SeenWriter>();
        services.AddSingleton<ApiTokens>().AddSingleton<AuditLog>();
        services.AddSingleton<PasswordLogin>().AddSingleton<LoginThrottle>().AddSingleton<KnownBrowsers>();
        services.AddAuthentication(EitherScheme)
            .AddPolicyScheme(EitherScheme, null, o => o.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, NoAuthentication>(NoScheme, null)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.SchemeName, null)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(Wants(role: null, scope: null)).SetDefaultPolicy(Wants(role: null, scope: null))
            .AddPolicy(Person, Wants(role: null, scope: null))
            .AddPolicy(Admin, Wants(Roles.Admin, scope: null))
            .AddPolicy(Karyawan, Wants(Roles.Karyawan, scope: null))
            .AddPolicy(Clock, Wants(Roles.Karyawan, Scopes.WriteClock))
            .AddPolicy(ReadAttendance, Wants(role: null, Scopes.ReadAttendance))
            .AddPolicy(ReadEveryone, Wants(Roles.Admin, Scopes.ReadAttendance));
    }

    // An error page goes through the pipeline once more, perhaps because the database is away: nobody has to be found out for it, nor for its styles.
    private static string SchemeOf(HttpContext context) =>
        context.Features.Get<IStatusCodeReExecuteFeature>() is not null || context.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null ? NoScheme
        : TokenAuthentication.IsUsedBy(context.Request) ? TokenAuthentication.SchemeName
        : SessionAuthentication.SchemeName;

    private static AuthorizationPolicy Wants(string? role, string? scope)
    {
        var policy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser()
            .RequireAssertion(c => !c.User.IsToken() || (scope is not null && c.User.HasClaim(TokenAuthentication.ScopeClaim, scope)));
        return (role is null ? policy : policy.RequireRole(role)).Build();
    }

    private sealed class NoAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.NoResult());
    }
}
