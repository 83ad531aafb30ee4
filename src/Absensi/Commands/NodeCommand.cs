using System.CommandLine;
using System.Net.Sockets;
using Absensi.Storage;

namespace Absensi.Commands;

/// <summary><c>absensi node</c>: one app node, configured by the environment.</summary>
public static class NodeCommand
{
    public static Command Create()
    {
        var command = new Command("node", "One app node, configured by the environment (what a container runs)");
        command.SetAction((_, cancel) => RunAsync(Settings.Read(), cancel));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        await using var app = NodeApp.Build(settings);
        await new Migrator(app.Services.GetRequiredService<Database>()).RequireCurrentAsync(cancel);
        try
        {
            await app.RunAsync(cancel);
            return 0;
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException || e.InnerException is SocketException)
        {
            throw new SettingsException($"port {settings.Port} is taken: stop what uses it, or choose another with --port or APP_PORT");
        }
    }
}
