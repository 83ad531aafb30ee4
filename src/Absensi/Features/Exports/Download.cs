using Absensi.Features.Errors;
using Microsoft.Net.Http.Headers;

namespace Absensi.Features.Exports;

public enum ExportFormat { Csv, Xlsx }

/// <summary>A table on its way to a browser, as a file.</summary>
public static class Download
{
    /// <summary>What <c>?format=</c> may say.</summary>
    public static ExportFormat? Format(IQueryCollection query, Dictionary<string, string[]> errors)
    {
        switch (query["format"].ToString().ToLowerInvariant())
        {
            case "csv": return ExportFormat.Csv;
            case "xlsx": return ExportFormat.Xlsx;
            default:
                errors["format"] = ["The format must be csv or xlsx."];
                return null;
        }
    }

    /// <summary>Streams the file. A fault on the way breaks the connection off, so that half a file never looks like a whole one.</summary>
    /// <param name="name">Without extension; ASCII.</param>
    public static async Task SendAsync(HttpContext context, ExportFormat format, string name, Func<TableWriter, CancellationToken, Task> write)
    {
        var (type, extension) = format == ExportFormat.Csv ? ("text/csv; charset=utf-8", "csv") : ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx");
        context.Response.ContentType = type;
        context.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = $"{name}.{extension}" }.ToString();
        var gone = context.RequestAborted;
        using var table = TableWriter.Create(format, context.Response.BodyWriter);
        await write(table, gone);
        await table.CompleteAsync(gone);
    }

    /// <summary>The contract's 400 for filters that make no sense; a browser gets the page.</summary>
    public static Task InvalidAsync(HttpContext context, ValidationFailure failure)
    {
        context.Response.StatusCode = 400;
        return Errors.Errors.WantsJson(context.Request) ? context.Response.WriteAsJsonAsync(failure, Json.Options, context.RequestAborted) : Task.CompletedTask;
    }
}
