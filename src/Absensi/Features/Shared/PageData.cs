using System.Text.Json;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Absensi.Features.Shared;

/// <summary><c>&lt;page-data value="…" /&gt;</c>: what the page's script starts from, as a block of JSON that is never run.</summary>
[HtmlTargetElement("page-data", TagStructure = TagStructure.WithoutEndTag)]
public sealed class PageData : TagHelper
{
    // The default encoder, not Json.Options': a name with "</script>" in it must stay text.
    private static readonly JsonSerializerOptions Safe = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public object? Value { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "script";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("type", "application/json");
        output.Attributes.SetAttribute("id", "data");
        output.Content.SetHtmlContent(JsonSerializer.Serialize(Value, Safe));
    }
}
