using Absensi.Features.Errors;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Features.Tokens;

/// <summary>Tokens for other programs: listed, made and revoked by admins.</summary>
public static class TokenEndpoints
{
    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/tokens").RequireAuthorization(Policies.Admin);
        api.MapGet("", async (ApiTokens tokens, CancellationToken cancel) => new TokenList((await tokens.AllAsync(cancel)).Select(TokenLine.Of).ToList()))
            .WithSummary("All tokens, without the tokens themselves");
        api.MapPost("", MakeAsync).WithSummary("Makes a token; the answer is the only place where it is shown")
            .WithDescription("Scope read:attendance or write:clock; email names the person it stands for (needed for write:clock: an employee).")
            .Produces<NewToken>(201).Produces<ValidationFailure>(400);
        api.MapDelete("/{id:long}", RevokeAsync).WithSummary("Revokes a token at once, on every node").Produces(204).Produces<Failure>(404);
    }

    private static async Task<IResult> MakeAsync(HttpContext context, TokenForm form, ApiTokens tokens, Users users, AuditLog audit, CancellationToken cancel)
    {
        var admin = (await users.FindAsync(context.User.Id(), cancel))!;
        var (token, failure) = await TokenRules.CheckAsync(form, admin, users, cancel);
        if (failure is not null) return Results.Json(failure, Json.Options, statusCode: 400);
        var text = await tokens.MakeAsync(token!.Name, token.Scope, token.Person.Id, admin.Id, cancel);
        await audit.WriteAsync(context, AuditActions.TokenMade, $"{token.Name} ({token.Scope}, {token.Person.Email})", CancellationToken.None);
        return Results.Json(new NewToken(true, text, token.Name, token.Scope, token.Person.Email), Json.Options, statusCode: 201);
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, long id, ApiTokens tokens, AuditLog audit, CancellationToken cancel)
    {
        if (await tokens.RevokeAsync(id, cancel) is not { } name) return Results.NotFound();
        await audit.WriteAsync(context, AuditActions.TokenRevoked, name, CancellationToken.None);
        return Results.NoContent();
    }
}

public sealed record NewToken(bool Success, string Token, string Name, string Scope, string Email);

public sealed record TokenList(IReadOnlyList<TokenLine> Data);

/// <summary>A token without the token. Times are seconds since 1970 UTC.</summary>
public sealed record TokenLine(long Id, string Name, string Scope, long UserId, string UserName, string CreatedBy, long CreatedAt, long? LastUsedAt, long? RevokedAt)
{
    public static TokenLine Of(ApiToken t) => new(t.Id, t.Name, t.Scope, t.UserId, t.UserName, t.CreatedByName, t.CreatedAt, t.LastUsedAt, t.RevokedAt);
}
