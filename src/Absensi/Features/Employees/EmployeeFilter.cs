using System.Globalization;
using Absensi.Features.Errors;
using Absensi.Storage;

namespace Absensi.Features.Employees;

/// <summary>What <c>/admin/karyawan</c> may be asked for. It lives in the URL.</summary>
/// <param name="Search">Part of a name or an address, taken literally.</param>
/// <param name="Active">Only those who may log in, or only those who may not.</param>
/// <param name="After">The page that begins after this person in the list.</param>
/// <param name="Before">The page that ends before this person.</param>
public sealed record EmployeeFilter(string? Search, string? Role, bool? Active, long? After = null, long? Before = null)
{
    public const string List = "/admin/karyawan";
    public const int LongestSearch = 100;

    public static readonly EmployeeFilter Everything = new(null, null, null);

    public bool IsEmpty => this with { After = null, Before = null } == Everything;

    public static (EmployeeFilter Filter, ValidationFailure? Failure) Read(IQueryCollection query)
    {
        var errors = new Dictionary<string, string[]>();
        string? Text(string name) => query[name].ToString().Trim() is { Length: > 0 } text ? text : null;

        var search = Text("cari");
        if (search?.Length > LongestSearch) errors["cari"] = [$"The cari must be at most {LongestSearch} characters."];
        else if (search?.Any(char.IsControl) == true) errors["cari"] = ["The cari must be letters, digits and signs of one line."];
        var role = Text("peran");
        if (role is not (null or Roles.Admin or Roles.Karyawan)) errors["peran"] = ["The peran must be admin or karyawan."];
        var status = Text("status");
        if (status is not (null or "aktif" or "nonaktif")) errors["status"] = ["The status must be aktif or nonaktif."];

        long? Place(string name)
        {
            if (Text(name) is not { } text) return null;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return id;
            errors[name] = [$"The {name} must be a person's id."];
            return null;
        }

        var filter = new EmployeeFilter(search, role, status is null ? null : status == "aktif", Place("sesudah"), Place("sebelum"));
        return errors.Count > 0 ? (Everything, ValidationFailure.Of(errors)) : (filter, null);
    }

    /// <summary>The address that says the same.</summary>
    public string Url(string path = List, string? format = null)
    {
        (string Name, string? Value)[] parts =
        [
            ("cari", Search), ("peran", Role), ("status", Active switch { true => "aktif", false => "nonaktif", null => null }),
            ("sesudah", After?.ToString(CultureInfo.InvariantCulture)), ("sebelum", Before?.ToString(CultureInfo.InvariantCulture)), ("format", format),
        ];
        return path + QueryString.Create(parts.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Name, p.Value)));
    }
}
