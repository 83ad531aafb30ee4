using System.CommandLine;
using System.Net.Sockets;
using Absensi.Cluster;
using Absensi.Storage;

namespace Absensi.Commands;

/// <summary><c>absensi node</c>: one app node, configured by the environment.</summary>
public static partial class NodeCommand
{
    public static Command Create()
    {
        var supervised = new Option<bool>("--supervised") { Hidden = true, Description = "stop when standard input ends: it is a pipe from the supervisor, and ends with it however it dies" };
        var command = new Command("node", "One app node, configured by the environment (what a container runs)") { supervised };
        command.SetAction((parsed, cancel) => RunAsync(Settings.Read(), parsed.GetValue(supervised), cancel));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, bool supervised, CancellationToken cancel)
    {
        await using var app = NodeApp.Build(settings);
        if (supervised) StopWithInput(app.Lifetime);
        app.Lifetime.ApplicationStarted.Register(() => LogReady(app.Logger, settings.NodeId, settings.Port));
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

    /// <summary>Console input has no wait that does not block, so it gets a thread of its own.</summary>
    private static void StopWithInput(IHostApplicationLifetime lifetime) => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        while (input.Read(new byte[64]) > 0)
        {
        }

        lifetime.StopApplication();
    }) { IsBackground = true, Name = "supervisor's pipe" }.Start();

    [LoggerMessage(40, LogLevel.Information, "{NodeId} listens on port {Port}. " + AppNodes.ReadyLine)]
    private static partial void LogReady(ILogger logger, string nodeId, int port);
}
