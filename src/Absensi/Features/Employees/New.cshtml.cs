using Absensi.Features.Errors;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Employees;

/// <summary>One new person. The answer to the form shows their one-time password, and nothing ever shows it again.</summary>
[Authorize(Policies.Admin)]
public sealed class NewModel(EmployeeChanges changes) : PageModel
{
    public EmployeeForm Form { get; private set; } = EmployeeForm.Empty;
    public IReadOnlyDictionary<string, string[]> Problems { get; private set; } = new Dictionary<string, string[]>();

    /// <summary>Who has just been added.</summary>
    public (long Id, EmployeeForm Person, string Password)? Added { get; private set; }

    public void OnGet()
    {
    }

    public async Task<IActionResult> OnPostAsync([FromForm] string? name, [FromForm] string? email, [FromForm] string? role, CancellationToken cancel)
    {
        Form = EmployeeForm.Of(name, email, role);
        var problems = Form.Problems();
        var json = Errors.Errors.WantsJson(Request);
        if (problems.Count == 0)
        {
            if (await changes.AddAsync(HttpContext, Form, cancel) is var (id, password))
            {
                (Added, Form) = ((id, Form, password), EmployeeForm.Empty);
                return json ? new JsonResult(new { success = true, data = new { id, password } }, Json.Options) { StatusCode = 201 } : Page();
            }

            problems["email"] = [EmployeeWords.Taken];
        }

        Problems = problems;
        Response.StatusCode = 400;
        return json ? new JsonResult(ValidationFailure.Of(problems), Json.Options) { StatusCode = 400 } : Page();
    }
}
