using Absensi.Tests;

namespace Absensi.BrowserTests;

/// <summary>Tests of what an administrator does at a node that nobody has used yet.</summary>
public abstract class AdminTests : IAsyncLifetime
{
    protected TestApp App { get; private set; } = null!;
    protected TestClient Admin { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        App = await TestApp.StartAsync();
        Admin = await App.NewAdminAsync();
    }

    public async Task DisposeAsync()
    {
        Admin.Dispose();
        await App.DisposeAsync();
    }
}
