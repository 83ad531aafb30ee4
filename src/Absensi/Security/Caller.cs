using System.Net.Sockets;

namespace Absensi.Security;

/// <summary>What a request says about where it comes from, made fit to be kept and shown.</summary>
public static class Caller
{
    /// <summary>The caller's IP address; a trusted proxy's word, where there is one. IPv4 is written as IPv4.</summary>
    public static string Address(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        var address => Printable(address.ToString(), 45),
    };

    /// <summary>Where failures are counted: an IPv4 address, or the network of 64 bits that an IPv6 customer has to himself.</summary>
    public static string Origin(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }) return Address(context);
        var network = address.GetAddressBytes();
        network.AsSpan(8).Clear();
        return $"{new System.Net.IPAddress(network)}/64";
    }

    public static string UserAgent(HttpContext context) => Printable(context.Request.Headers.UserAgent.ToString(), 255);

    /// <summary>Without what could break a line or steer a terminal, and no longer than that.</summary>
    public static string Printable(string text, int longest)
    {
        var clean = new string(text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).ToArray());
        return clean.Length <= longest ? clean : clean[..longest];
    }
}
