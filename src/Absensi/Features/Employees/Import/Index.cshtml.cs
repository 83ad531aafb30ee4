using Absensi.Features.Errors;
using Absensi.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Employees.Import;

/// <summary>Where a file of people is sent. One without a fault leads to its preview; nothing is written here.</summary>
[Authorize(Policies.Admin), LongestBody(LongestRequest)]
public sealed class ImportModel(Imports imports) : PageModel
{
    // A file that is somewhat too long is told so in words; a far longer one is not even taken.
    private const long LongestRequest = ImportFile.Longest + 2 * 1024 * 1024;

    public string? FileName { get; private set; }

    /// <summary>Why the file as a whole can't be taken.</summary>
    public string? Refusal { get; private set; }

    /// <summary>What is wrong line by line.</summary>
    public CheckedImport? Faulty { get; private set; }

    public void OnGet()
    {
    }

    public async Task<IActionResult> OnPostAsync(IFormFile? berkas, CancellationToken cancel)
    {
        var json = Errors.Errors.WantsJson(Request);
        FileName = berkas is null ? null : Caller.Printable(Path.GetFileName(berkas.FileName), 200);
        var read = await ReadAsync(berkas, cancel);
        if (read is { ProblemCount: 0 })
        {
            var id = await imports.StageAsync(FileName!, read.Rows, User.Id(), cancel);
            return json ? new JsonResult(new { success = true, data = new { id } }, Json.Options) { StatusCode = 201 } : Redirect($"/admin/karyawan/impor/{id}");
        }

        Faulty = read;
        Response.StatusCode = 400;
        return json ? new JsonResult(ValidationFailure.Of(Problems()), Json.Options) { StatusCode = 400 } : Page();
    }

    private async Task<CheckedImport?> ReadAsync(IFormFile? file, CancellationToken cancel)
    {
        if (file is null || file.Length == 0) Refusal = "Pilih berkas CSV atau Excel yang ada isinya.";
        else if (file.Length > ImportFile.Longest) Refusal = $"Berkas ini lebih dari {ImportFile.LongestMegabytes} MB. Hapus kolom yang tidak diperlukan, atau bagi menjadi beberapa berkas.";
        else
        {
            try
            {
                // Off the request's thread: a large workbook takes a moment of pure computing.
                return await Task.Run(() =>
                {
                    using var stream = file.OpenReadStream();
                    return ImportCheck.Read(ImportFile.Read(stream));
                }, cancel);
            }
            catch (ImportException fault)
            {
                Refusal = fault.Message;
            }
        }

        return null;
    }

    private Dictionary<string, string[]> Problems() =>
        Faulty is null ? new() { ["berkas"] = [Refusal!] } : Faulty.Problems.GroupBy(p => $"{p.Line}.{p.Field}").ToDictionary(g => g.Key, g => g.Select(p => p.Advice).ToArray());
}
