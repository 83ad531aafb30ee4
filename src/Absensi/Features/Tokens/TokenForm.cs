using Absensi.Features.Errors;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Features.Tokens;

/// <summary>What a new token is to be. Without an <paramref name="Email"/> a reading token stands for the admin who makes it.</summary>
public sealed record TokenForm(string? Name, string? Scope, string? Email);

/// <summary>A form that has been checked: whom the token stands for.</summary>
public sealed record CheckedToken(string Name, string Scope, User Person);

public static class TokenRules
{
    public const int LongestName = 100;

    /// <summary>A writing token stands for one employee: it can do no more harm than their own phone could.</summary>
    public static async Task<(CheckedToken? Token, ValidationFailure? Failure)> CheckAsync(TokenForm form, User admin, Users users, CancellationToken cancel)
    {
        var errors = new Dictionary<string, string[]>();
        var name = form.Name?.Trim() ?? "";
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl)) errors["name"] = [$"Beri nama, paling banyak {LongestName} huruf."];
        if (form.Scope is null || !Scopes.All.Contains(form.Scope)) errors["scope"] = ["Pilih read:attendance atau write:clock."];
        var email = form.Email?.Trim() ?? "";
        var person = email.Length == 0 ? admin : email.Length > 255 ? null : await users.FindAsync(email, cancel);
        if (email.Length == 0 && form.Scope == Scopes.WriteClock) errors["email"] = ["Isi email karyawan yang diabsenkan oleh token ini."];
        else if (person is not { Active: true }) errors["email"] = ["Tidak ada orang aktif dengan email ini."];
        else if (person.IsAdmin && person.Id != admin.Id) errors["email"] = ["Token tidak dapat mewakili admin lain."];
        else if (person.IsAdmin && form.Scope == Scopes.WriteClock) errors["email"] = ["Hanya karyawan yang dapat absen. Isi email karyawan."];
        return errors.Count > 0 ? (null, ValidationFailure.Of(errors)) : (new CheckedToken(name, form.Scope!, person!), null);
    }
}
