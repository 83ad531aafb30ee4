using Absensi.Features.Errors;
using Absensi.Features.Exports;
using Absensi.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Employees.Import;

/// <summary>
/// What a file would change; on confirmation, what it changed. Only that answer holds the key to the newcomers' first
/// passwords, and it opens the download once.
/// </summary>
[Authorize(Policies.Admin)]
public sealed class PreviewModel(Imports imports, AuditLog audit) : PageModel
{
    public const int MostShown = 100;
    private static readonly Column[] Columns = [new("Nama", 32), new("Email", 32), new("Kata Sandi Sementara", 38)];

    public StagedImport Import { get; private set; } = null!;
    public ImportPlan Plan { get; private set; } = new([], [], []);
    public string? Refusal { get; private set; }

    /// <summary>What the first passwords come from; only in the answer that confirms.</summary>
    public string? Key { get; private set; }

    public async Task<IActionResult> OnGetAsync(long id, CancellationToken cancel)
    {
        if (await imports.FindAsync(id, User.Id(), cancel) is not { } import) return NotFound();
        Import = import;
        if (import.AppliedAt is null) Plan = await imports.PlanAsync(id, cancel);
        return Errors.Errors.WantsJson(Request) ? new JsonResult(new { success = true, data = Summary() }, Json.Options) : Page();
    }

    public async Task<IActionResult> OnPostAsync(long id, CancellationToken cancel)
    {
        var key = OneTimeCodes.NewKey();
        var json = Errors.Errors.WantsJson(Request);
        if (await imports.FindAsync(id, User.Id(), cancel) is null) return NotFound();
        if (await imports.ApplyAsync(HttpContext, id, key, cancel) is not { } plan)
        {
            Refusal = "Daftar karyawan baru saja berubah, atau impor ini sudah disimpan. Periksa sekali lagi di bawah ini.";
            Response.StatusCode = 422;
            return json ? new JsonResult(new Failure(false, Refusal), Json.Options) { StatusCode = 422 } : await OnGetAsync(id, cancel);
        }

        Import = (await imports.FindAsync(id, User.Id(), CancellationToken.None))!;
        Plan = plan;
        if (plan.Added.Count > 0) Key = Convert.ToHexStringLower(key);
        return json ? new JsonResult(new { success = true, data = Summary() }, Json.Options) : Page();
    }

    /// <summary>The first passwords as CSV. They can be had until they have been.</summary>
    public async Task<IActionResult> OnPostPasswordsAsync(long id, [FromForm] string? key, CancellationToken cancel)
    {
        if (key is not { Length: 64 } || !key.All(char.IsAsciiHexDigit)) return BadRequest();
        if (await imports.FindAsync(id, User.Id(), cancel) is not { AppliedAt: not null } import) return NotFound();
        if (import.PasswordsAt is not null)
        {
            Refusal = "Kata sandi awal impor ini sudah diunduh. Untuk orang yang kehilangan kata sandinya, pakai Atur ulang kata sandi di halamannya.";
            Response.StatusCode = 422;
            return Errors.Errors.WantsJson(Request) ? new JsonResult(new Failure(false, Refusal), Json.Options) { StatusCode = 422 } : await OnGetAsync(id, cancel);
        }

        var people = await imports.FirstLoginsAsync(id, Convert.FromHexString(key), cancel);
        await audit.WriteAsync(HttpContext, AuditActions.FirstPasswordsTaken, $"{import.FileName}: {people.Count} orang", cancel);
        await Download.SendAsync(HttpContext, ExportFormat.Csv, $"kata-sandi-awal-{id}", async (table, gone) =>
        {
            table.Begin("Kata sandi awal", Columns);
            foreach (var person in people)
            {
                table.Text(person.Name);
                table.Text(person.Email);
                table.Text(person.Code);
                await table.EndRowAsync(gone);
            }
        });
        await imports.PasswordsTakenAsync(id, CancellationToken.None);
        return new EmptyResult();
    }

    private object Summary() => new { Import.Id, Applied = Import.AppliedAt is not null, Added = Plan.Added.Count, Renamed = Plan.Renamed.Count, Unchanged = Plan.Unchanged.Count, Key };
}
