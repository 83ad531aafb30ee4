using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Offline;

/// <summary>What is shown while there is no network. It knows nobody: what it tells of waiting taps it finds on the phone.</summary>
[AllowAnonymous]
public sealed class OfflineModel : PageModel
{
    public void OnGet()
    {
    }
}
