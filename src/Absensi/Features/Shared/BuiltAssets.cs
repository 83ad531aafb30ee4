using System.Text.Json;

namespace Absensi.Features.Shared;

/// <summary>Turns "app.js" into the address of the built file, whose name carries a hash of what is in it.</summary>
public sealed class BuiltAssets(IWebHostEnvironment environment)
{
    private readonly Dictionary<string, string> _names = Read(environment);

    public string this[string name] => $"/build/{_names.GetValueOrDefault(name, name)}";

    private static Dictionary<string, string> Read(IWebHostEnvironment environment)
    {
        var manifest = environment.WebRootFileProvider.GetFileInfo("build/manifest.json");
        if (!manifest.Exists) return [];
        using var stream = manifest.CreateReadStream();
        return JsonSerializer.Deserialize<Dictionary<string, string>>(stream) ?? [];
    }
}
