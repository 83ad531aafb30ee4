using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Absensi.Security;

/// <summary>Says in the API's description what each route wants: a session (and its CSRF header to write), or a token.</summary>
public static class OpenApiSecurity
{
    private const string Session = "session", Token = "token";

    public static void DescribeSecurity(this OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Session] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = "absensi_session",
                    Description = "From POST /login. Writing also needs the cookie XSRF-TOKEN sent back as the header X-XSRF-TOKEN. Behind TLS the name is __Host-absensi_session.",
                },
                [Token] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "absensi_…",
                    Description = "Made by an admin at /admin/token, with one scope: read:attendance or write:clock. No CSRF header is needed.",
                },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<IAllowAnonymous>().Any()) return Task.CompletedTask;
            var takesToken = metadata.OfType<IAuthorizeData>().Any(a => a.Policy is Policies.Clock or Policies.ReadAttendance or Policies.ReadEveryone);
            operation.Security = [Requirement(Session, context.Document!)];
            if (takesToken) operation.Security.Add(Requirement(Token, context.Document!));
            return Task.CompletedTask;
        });
    }

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiDocument document) => new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
}
