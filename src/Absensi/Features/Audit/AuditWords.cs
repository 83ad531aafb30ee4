using Absensi.Security;

namespace Absensi.Features.Audit;

/// <summary>What the audit log's actions are called on the screen.</summary>
public static class AuditWords
{
    public static readonly IReadOnlyDictionary<string, string> Actions = new Dictionary<string, string>
    {
        [AuditActions.LoggedIn] = "Masuk",
        [AuditActions.LoginRefused] = "Gagal masuk",
        [AuditActions.LoginThrottled] = "Gagal masuk, diperlambat",
        [AuditActions.LoggedOut] = "Keluar",
        [AuditActions.PasswordChanged] = "Ganti kata sandi",
        [AuditActions.SessionEnded] = "Mengeluarkan perangkat",
        [AuditActions.SessionsEnded] = "Keluar dari semua perangkat",
        [AuditActions.PersonAdded] = "Menambah orang",
        [AuditActions.PersonChanged] = "Mengubah data orang",
        [AuditActions.RoleChanged] = "Mengubah peran",
        [AuditActions.PersonShutOut] = "Menonaktifkan orang",
        [AuditActions.PersonLetIn] = "Mengaktifkan orang",
        [AuditActions.PasswordReset] = "Mengatur ulang kata sandi",
        [AuditActions.PeopleImported] = "Mengimpor orang",
        [AuditActions.FirstPasswordsTaken] = "Mengunduh kata sandi awal",
        [AuditActions.Exported] = "Mengunduh data",
        [AuditActions.LocationViewed] = "Melihat lokasi",
        [AuditActions.TokenMade] = "Membuat token",
        [AuditActions.TokenRevoked] = "Mencabut token",
        [AuditActions.TokenUsed] = "Memakai token",
        [AuditActions.Staged] = "Memainkan panggung",
    };

    public static string Of(string action) => Actions.GetValueOrDefault(action, action);

    public static bool IsWarning(string action) => action is AuditActions.LoginRefused or AuditActions.LoginThrottled;
}
