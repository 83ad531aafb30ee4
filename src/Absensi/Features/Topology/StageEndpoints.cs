using Absensi.Cluster;
using Absensi.Features.Errors;
using Absensi.Security;

namespace Absensi.Features.Topology;

/// <summary>Killing and reviving processes before an audience. Mapped only where <c>absensi up --stage</c> has made a stage.</summary>
public static class StageEndpoints
{
    private static readonly Dictionary<string, StageAct> Acts = new() { ["kill"] = StageAct.Kill, ["freeze"] = StageAct.Freeze, ["revive"] = StageAct.Revive };

    public static void MapStage(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/admin/klaster/panggung", ActAsync).RequireAuthorization(Policies.Admin)
            .WithSummary("Kills, freezes or revives a process of the stage; it comes back by itself after 20 seconds")
            .Produces<StageAnswer>().Produces<ValidationFailure>(400).Produces<Failure>(503);

    private static async Task<IResult> ActAsync(HttpContext context, StageForm form, StageHand stage, AuditLog audit, CancellationToken cancel)
    {
        var isAct = Acts.TryGetValue(form.Action ?? "", out var act);
        var key = context.Request.Headers["Idempotency-Key"] is [{ Length: > 0 } given] ? given : null;
        if (await stage.AskAsync(form.Target, act, key, cancel) is not { } line) return Results.Json(new Failure(false, "Panggung tidak menjawab. Coba lagi sebentar."), Json.Options, statusCode: 503);
        context.Response.RegisterForDispose(line);
        var errors = new Dictionary<string, string[]>();
        if (line.Actors.All(a => a.Name != form.Target)) errors["target"] = [$"The target must be one of {string.Join(", ", line.Actors.Select(a => a.Name))}."];
        if (!isAct) errors["action"] = ["The action must be kill, freeze or revive."];
        if (errors.Count > 0) return Results.Json(ValidationFailure.Of(errors), Json.Options, statusCode: 400);

        // Revived first: what is frozen may hold the database's lock. All else is done last: it may take the database away.
        line.Wanted = act == StageAct.Revive;
        if (line.Wanted) line.Dispose();
        if (!line.IsDone) await audit.WriteAsync(context, AuditActions.Staged, $"{form.Target}: {Word(act)}", cancel);
        line.Wanted = true;
        return Results.Json(new StageAnswer(true, $"{form.Target} {Word(act)}"), Json.Options);
    }

    private static string Word(StageAct act) => act switch { StageAct.Kill => "dimatikan", StageAct.Freeze => "dibekukan", _ => "dihidupkan" };
}

/// <param name="Target">A process's name, as in <see cref="ClusterView.Stage"/>.</param>
/// <param name="Action"><c>kill</c>, <c>freeze</c> or <c>revive</c>.</param>
public sealed record StageForm(string? Target, string? Action);

public sealed record StageAnswer(bool Success, string Message);
