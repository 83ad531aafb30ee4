using Absensi.Features.Errors;
using Absensi.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Employees;

/// <summary>One person's account: who they are here, and whether they may come in.</summary>
[Authorize(Policies.Admin)]
public sealed class PersonModel(EmployeeList list, EmployeeChanges changes) : PageModel
{
    public Employee Person { get; private set; } = null!;
    public EmployeeForm Form { get; private set; } = EmployeeForm.Empty;
    public IReadOnlyDictionary<string, string[]> Problems { get; private set; } = new Dictionary<string, string[]>();

    /// <summary>Why what was asked for was not done.</summary>
    public string? Refusal { get; private set; }

    /// <summary>What has just been done: <c>?hasil=disimpan</c>, <c>nonaktif</c> or <c>aktif</c>.</summary>
    public string? Result { get; private set; }

    /// <summary>The one-time password that has just been made.</summary>
    public string? Password { get; private set; }
    public bool IsOneself => Person.Id == User.Id();

    public async Task<IActionResult> OnGetAsync(long id, [FromQuery(Name = "hasil")] string? result, CancellationToken cancel)
    {
        Result = result;
        return await ShowAsync(id, null, cancel);
    }

    public async Task<IActionResult> OnPostAsync(long id, [FromForm] string? name, [FromForm] string? email, [FromForm] string? role, CancellationToken cancel)
    {
        var form = EmployeeForm.Of(name, email, role);
        var problems = form.Problems();
        var change = problems.Count == 0 ? await changes.UpdateAsync(HttpContext, id, form, cancel) : Change.Done;
        if (change == Change.EmailTaken) problems["email"] = [EmployeeWords.Taken];
        if (problems.Count == 0) return await AnswerAsync(id, change, "disimpan", form, cancel);
        Problems = problems;
        Response.StatusCode = 400;
        return Errors.Errors.WantsJson(Request) ? new JsonResult(ValidationFailure.Of(problems), Json.Options) { StatusCode = 400 } : await ShowAsync(id, form, cancel);
    }

    public async Task<IActionResult> OnPostShutOutAsync(long id, CancellationToken cancel) =>
        await AnswerAsync(id, await changes.SetActiveAsync(HttpContext, id, active: false, cancel), "nonaktif", null, cancel);

    public async Task<IActionResult> OnPostLetInAsync(long id, CancellationToken cancel) =>
        await AnswerAsync(id, await changes.SetActiveAsync(HttpContext, id, active: true, cancel), "aktif", null, cancel);

    public async Task<IActionResult> OnPostResetAsync(long id, CancellationToken cancel)
    {
        (var change, Password) = await changes.ResetPasswordAsync(HttpContext, id, cancel);
        if (Password is null) return await AnswerAsync(id, change, "", null, cancel);
        return Errors.Errors.WantsJson(Request) ? new JsonResult(new { success = true, data = new { id, password = Password } }, Json.Options) : await ShowAsync(id, null, cancel);
    }

    private async Task<IActionResult> AnswerAsync(long id, Change change, string result, EmployeeForm? typed, CancellationToken cancel)
    {
        if (change == Change.NoSuchPerson) return NotFound();
        var json = Errors.Errors.WantsJson(Request);
        if (change == Change.Done) return json ? new JsonResult(new { success = true }, Json.Options) : Redirect($"{EmployeeFilter.List}/{id}?hasil={result}");
        Refusal = EmployeeWords.Of(change);
        Response.StatusCode = 422;
        return json ? new JsonResult(new Failure(false, Refusal), Json.Options) { StatusCode = 422 } : await ShowAsync(id, typed, cancel);
    }

    /// <param name="typed">What the form held, where it was not taken.</param>
    private async Task<IActionResult> ShowAsync(long id, EmployeeForm? typed, CancellationToken cancel)
    {
        if (await list.FindAsync(id, cancel) is not { } person) return NotFound();
        Person = person;
        Form = typed ?? new EmployeeForm(person.Name, person.Email, person.Role);
        return HttpMethods.IsGet(Request.Method) && Errors.Errors.WantsJson(Request) ? new JsonResult(new { success = true, data = person }, Json.Options) : Page();
    }
}
