using System.Xml.Linq;
using Absensi.Storage;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

namespace Absensi.Security;

/// <summary>Keeps the data-protection keys in the database, so that a form made by one node is taken by another.</summary>
public sealed class SharedKeyRing(Database database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() =>
        database.QueryAsync<string>("SELECT xml FROM data_protection_keys", null, CancellationToken.None).GetAwaiter().GetResult().Select(XElement.Parse).ToList();

    public void StoreElement(XElement element, string friendlyName) =>
        database.ExecuteAsync("INSERT INTO data_protection_keys (name, xml) VALUES (@friendlyName, @xml)",
            new { friendlyName, xml = element.ToString(SaveOptions.DisableFormatting) }, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Makes the first key where there is none, before several nodes could each make one.</summary>
    public static void EnsureKey(Database database)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSharedKeyRing(database);
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<IDataProtectionProvider>().CreateProtector("first").Protect([]);
    }
}

public static class SharedKeyRingSetup
{
    public static void AddSharedKeyRing(this IServiceCollection services, Database database)
    {
        services.AddDataProtection().SetApplicationName("absensi");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(new ConfigureOptions<KeyManagementOptions>(o => o.XmlRepository = new SharedKeyRing(database)));
    }
}
