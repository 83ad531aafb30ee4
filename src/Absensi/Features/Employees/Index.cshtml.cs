using Absensi.Features.Errors;
using Absensi.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Employees;

/// <summary>Everyone who has an account, by name.</summary>
[Authorize(Policies.Admin)]
public sealed class IndexModel(EmployeeList list) : PageModel
{
    public EmployeeFilter Filter { get; private set; } = EmployeeFilter.Everything;
    public EmployeePage People { get; private set; } = new([], null, null);
    public EmployeeCount Count { get; private set; } = new();
    public ValidationFailure? Failure { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancel)
    {
        (Filter, Failure) = EmployeeFilter.Read(Request.Query);
        var json = Errors.Errors.WantsJson(Request);
        if (Failure is not null)
        {
            Response.StatusCode = 400;
            return json ? new JsonResult(Failure, Json.Options) { StatusCode = 400 } : Page();
        }

        People = await list.PageAsync(Filter, cancel);
        Count = await list.CountAsync(Filter, cancel);
        return json ? new JsonResult(new { success = true, data = People.People, next = People.Next, previous = People.Previous, active = Count.Active, inactive = Count.Inactive }, Json.Options) : Page();
    }
}
