using System.CommandLine;
using System.Net.Sockets;
using Absensi.Cluster;
using Absensi.Storage;

namespace Absensi.Commands;

/// <summary>A command that serves until it is told to stop, configured by the environment.</summary>
internal static partial class ServerCommand
{
    public static Command Create(string name, string description, Func<Settings> read, Func<Settings, Database, WebApplication> build)
    {
        var supervised = new Option<bool>("--supervised") { Hidden = true, Description = "stop when standard input ends: it is a pipe from the supervisor, and ends with it however it dies" };
        var command = new Command(name, description) { supervised };
        command.SetAction(async (parsed, cancel) =>
        {
            var settings = read();
            var database = Database.From(settings);
            // On another core while this one puts the program together.
            var current = Task.Run(() => new Migrator(database).RequireCurrentAsync(cancel), cancel);
            await using var app = build(settings, database);
            if (parsed.GetValue(supervised)) StopWithInput(app.Lifetime);
            app.Lifetime.ApplicationStarted.Register(() => LogReady(app.Logger, settings.NodeId, settings.Port));
            await current;
            return await RunAsync(app, settings, cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(WebApplication app, Settings settings, CancellationToken cancel)
    {
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
