using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Absensi.Features.Shared;

/// <summary><c>&lt;icon name="check" /&gt;</c>: one drawing of 24 × 24, in the colour of the text around it. Decoration only: the word stands beside it.</summary>
[HtmlTargetElement("icon", TagStructure = TagStructure.WithoutEndTag)]
public sealed class Icon : TagHelper
{
    public static IEnumerable<string> Names => Drawings.Keys;

    private static readonly Dictionary<string, string> Drawings = new()
    {
        ["add"] = "M12 5v14M5 12h14",
        ["alert"] = "M12 8.5v4.5M12 16.4v.1M10.4 4.6 2.9 17.7A1.9 1.9 0 0 0 4.5 20.5h15a1.9 1.9 0 0 0 1.6-2.8L13.6 4.6a1.9 1.9 0 0 0-3.2 0Z",
        ["back"] = "M19 12H5M11 6l-6 6 6 6",
        ["calendar"] = "M4 9.5h16M8 3v3.5M16 3v3.5M6 5h12a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Z",
        ["chain"] = "M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7l1.1-1.1",
        ["check"] = "m5 12.5 4.5 4.5L19 7.5",
        ["clock"] = "M12 7v5.2l3.2 1.9M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
        ["close"] = "m6 6 12 12M18 6 6 18",
        ["cluster"] = "M12 3.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM5.5 15.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM18.5 15.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM10.8 8.2l-4 7.4M13.2 8.2l4 7.4M8 18h8",
        ["dashboard"] = "M5 4h4a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1ZM15 4h4a1 1 0 0 1 1 1v2a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1ZM15 12h4a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1ZM5 16h4a1 1 0 0 1 1 1v2a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-2a1 1 0 0 1 1-1Z",
        ["download"] = "M12 4v11M7.5 10.8 12 15.3l4.5-4.5M5 19.5h14",
        ["eye"] = "M2.8 12S6 5.8 12 5.8 21.2 12 21.2 12 18 18.2 12 18.2 2.8 12 2.8 12ZM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6Z",
        ["eye-off"] = "M9.9 6.1a8.6 8.6 0 0 1 2.1-.3c6 0 9.2 6.2 9.2 6.2a15 15 0 0 1-2.4 3.2M6.3 7.5A14.6 14.6 0 0 0 2.8 12S6 18.2 12 18.2c1.7 0 3.2-.5 4.5-1.2M4 4l16 16",
        ["filter"] = "M4 6.5h16M7 12h10M10 17.5h4",
        ["history"] = "M8 6.5h12M8 12h12M8 17.5h12M4 6.5h.1M4 12h.1M4 17.5h.1",
        ["in"] = "M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 8l4 4-4 4M14 12H4",
        ["info"] = "M12 11v5.5M12 7.6v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
        ["key"] = "M15 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM11.1 12.9 3.5 20.5M6.5 17.5l2.5 2.5M15.5 8.5h.1",
        ["next"] = "m9 6 6 6-6 6",
        ["none"] = "M12 3.5a8.5 8.5 0 0 1 3.3.7M18 6a8.5 8.5 0 0 1 1.9 2.9M20.5 12a8.5 8.5 0 0 1-.7 3.3M18 18a8.5 8.5 0 0 1-2.9 1.9M12 20.5a8.5 8.5 0 0 1-3.3-.7M6 18a8.5 8.5 0 0 1-1.9-2.9M3.5 12a8.5 8.5 0 0 1 .7-3.3M6 6a8.5 8.5 0 0 1 2.9-1.9",
        ["out"] = "M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M16 8l4 4-4 4M20 12H10",
        ["people"] = "M9 5a3.3 3.3 0 1 0 0 6.6A3.3 3.3 0 0 0 9 5ZM3 19.5c0-3 2.6-5 6-5s6 2 6 5M15.5 5.3a3.3 3.3 0 0 1 0 6M17.5 14.9c2.1.6 3.5 2.3 3.5 4.6",
        ["pin"] = "M12 21s-6.8-5.6-6.8-11.2a6.8 6.8 0 1 1 13.6 0C18.8 15.4 12 21 12 21ZM12 7.4a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z",
        ["print"] = "M7 8.5V3.5h10v5M7 17H5.5a2 2 0 0 1-2-2v-4.5a2 2 0 0 1 2-2h13a2 2 0 0 1 2 2V15a2 2 0 0 1-2 2H17M7 13.5h10v7H7ZM16.8 11.2h.1",
        ["recap"] = "M5 19.5V11M10 19.5V4.5M15 19.5V13.5M20 19.5V8",
        ["refresh"] = "M19.5 12a7.5 7.5 0 1 1-2.3-5.4L19.5 9M19.5 4.5V9H15",
        ["search"] = "M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.8 15.8l4.2 4.2",
        ["server"] = "M5 4h14a1 1 0 0 1 1 1v4.5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1ZM5 13.5h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-4.5a1 1 0 0 1 1-1ZM7.5 7.2h.1M7.5 16.7h.1",
        ["shield"] = "M12 3.5 5 6v5.5c0 4.3 2.9 7.6 7 9 4.1-1.4 7-4.7 7-9V6l-7-2.5ZM9 12l2.2 2.2L15.3 10",
        ["theme-dark"] = "M20 14.3A8.3 8.3 0 0 1 9.7 4a8.3 8.3 0 1 0 10.3 10.3Z",
        ["theme-light"] = "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
        ["theme-system"] = "M5 4.5h14a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 15V6A1.5 1.5 0 0 1 5 4.5ZM9 20h6M12 16.5V20",
        ["upload"] = "M12 19.5v-11M7.5 12.7 12 8.2l4.5 4.5M5 4.5h14",
        ["wall"] = "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4",
        ["user"] = "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20.5c0-3.6 3.3-6 7.5-6s7.5 2.4 7.5 6",
        ["no-signal"] = "M4 4l16 16M8.7 13.5a5.5 5.5 0 0 1 4.3-1.4M5.5 10.3a10 10 0 0 1 3-2M12 5a13.4 13.4 0 0 1 9.5 3.9M15.8 10.3c1 .4 1.9.9 2.7 1.6M12 18.5h.1",
    };

    public string Name { get; set; } = "";

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "svg";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("viewBox", "0 0 24 24");
        output.Attributes.SetAttribute("aria-hidden", "true");
        output.Attributes.SetAttribute("class", $"icon {context.AllAttributes["class"]?.Value}".TrimEnd());
        output.Content.SetHtmlContent($"<path d=\"{Drawings[Name]}\"/>");
    }
}
