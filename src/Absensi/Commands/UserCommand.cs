using System.CommandLine;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Commands;

/// <summary><c>absensi user add</c>. Without a password of its own the person gets a random one to change at the first log-in.</summary>
public static class UserCommand
{
    public static Command Create()
    {
        var name = new Option<string>("--name") { Required = true, Description = "full name" };
        var email = new Option<string>("--email") { Required = true, Description = "address to log in with" };
        var role = new Option<string>("--role") { Required = true, Description = "admin or karyawan" };
        role.AcceptOnlyFromAmong(Roles.Admin, Roles.Karyawan);
        var fromInput = new Option<bool>("--password-stdin") { Description = "read the password from standard input instead of making one up" };
        var data = CommandLine.DataFolder();
        var add = new Command("add", "Adds a person") { name, email, role, fromInput, data };
        add.SetAction((parsed, cancel) =>
        {
            var settings = Settings.Read(parsed.GetValue(data));
            return CommandLine.WithDatabaseAsync(settings, async database =>
            {
                await MigrateCommand.MigrateAsync(database, cancel);
                var given = parsed.GetValue(fromInput) ? await Console.In.ReadLineAsync(cancel) ?? "" : null;
                return await AddAsync(database, settings, parsed.GetValue(name)!.Trim(), parsed.GetValue(email)!.Trim(), parsed.GetValue(role)!, given, cancel);
            });
        });
        return new Command("user", "People who may log in") { add };
    }

    private static async Task<int> AddAsync(Database database, Settings settings, string name, string email, string role, string? given, CancellationToken cancel)
    {
        if (name.Length is 0 or > 255) throw new SettingsException("--name: must be 1 to 255 characters");
        if (email.Length > 255 || !System.Net.Mail.MailAddress.TryCreate(email, out _)) throw new SettingsException($"--email {email}: must be an e-mail address");
        if (given is not null && (given.Length < PasswordRules.Shortest || System.Text.Encoding.UTF8.GetByteCount(given) > PasswordRules.LongestBytes))
            throw new SettingsException($"the password must be {PasswordRules.Shortest} characters to {PasswordRules.LongestBytes} bytes long");
        if (given is not null && PasswordRules.Problem(given, name, email) is not null)
            await Console.Error.WriteLineAsync("absensi: warning: this password is among those that are guessed first; change it at /profil/sandi");

        var password = given ?? Passwords.Random();
        var now = settings.Rules.LocalTime(await database.UtcNowAsync(cancel));
        if (await new Users(database).AddAsync(name, email, Passwords.Hash(password, settings.BcryptCost), role, mustChangePassword: given is null, now, cancel) is not { } id)
            throw new SettingsException($"--email {email}: somebody has this address already");
        await new AuditLog(database, settings).WriteAsync(AuditActions.PersonAdded, $"{email} ({role})", cancel);
        Console.WriteLine($"Added {role} {email} (id {id}).");
        if (given is null) Console.WriteLine($"One-time password, to be changed at the first log-in: {password}");
        return 0;
    }
}
