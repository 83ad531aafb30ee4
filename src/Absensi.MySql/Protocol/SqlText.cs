using System.Collections.Concurrent;
using System.Text;

namespace MySqlConnector.Protocol;

/// <summary>
/// A statement as the server prepares it: each @name outside of strings, quoted identifiers and comments has become a question mark.
/// </summary>
internal sealed class SqlText
{
    private const int Remembered = 1000;

    /// <summary>Statements after which a session is as it was, open transactions apart (the server reports those).</summary>
    private static readonly HashSet<string> s_traceless = new(StringComparer.OrdinalIgnoreCase)
    {
        "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "VALUES", "EXPLAIN", "SHOW", "BEGIN", "START", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE",
    };

    private static readonly ConcurrentDictionary<(string, bool), SqlText> s_known = new();

    private SqlText(string original, string text, string?[] placeholders, bool isSeveral, bool changesSession, bool changesDatabase) =>
        (Original, Text, Placeholders, IsSeveral, ChangesSession, ChangesDatabase) = (original, text, placeholders, isSeveral, changesSession, changesDatabase);

    public string Original { get; }

    public string Text { get; }

    /// <summary>Names in order of appearance, without the sign; null stands for a bare question mark.</summary>
    public string?[] Placeholders { get; }

    /// <summary>Whether more than white space follows a semicolon.</summary>
    public bool IsSeveral { get; }

    /// <summary>Whether the session may differ afterwards: variables, temporary tables, named locks, ….</summary>
    public bool ChangesSession { get; }

    /// <summary>Whether another database may be the current one afterwards.</summary>
    public bool ChangesDatabase { get; }

    /// <summary>The same with its @names left to the server, as user variables.</summary>
    public SqlText WithUserVariables() => new(Original, Original, [], IsSeveral, changesSession: true, ChangesDatabase);

    /// <summary>Set once the server has refused to prepare this text.</summary>
    public bool IsUnpreparable { get; set; }

    public static SqlText Of(string sql, bool backslashEscapes)
    {
        if (s_known.TryGetValue((sql, backslashEscapes), out var known)) return known;
        var parsed = Parse(sql, backslashEscapes);
        // Texts with values or lists written into them are without number; forgetting all of them is cheap and rare.
        if (s_known.Count >= Remembered) s_known.Clear();
        if (sql.Length <= 16 * 1024) s_known[(sql, backslashEscapes)] = parsed;
        return parsed;
    }

    private static SqlText Parse(string sql, bool backslashEscapes)
    {
        var text = new StringBuilder(sql.Length);
        var names = new List<string?>();
        string? verb = null;
        var (ended, several, changes) = (false, false, false);
        for (var i = 0; i < sql.Length;)
        {
            var next = Skip(sql, i, backslashEscapes);
            if (next > i)
            {
                if (sql[i] is '\'' or '"' or '`') several |= ended;
                if (sql.AsSpan(i).StartsWith("/*!") || sql.AsSpan(i).StartsWith("/*M!")) changes = true;
                text.Append(sql, i, next - i);
                i = next;
                continue;
            }
            var c = sql[i];
            if (!char.IsWhiteSpace(c) && c != ';') several |= ended;
            if (c == ';') ended = true;
            if (c == '@' && i + 1 < sql.Length && sql[i + 1] == '@')
            {
                next = EndOfWord(sql, i + 2);
                text.Append(sql, i, next - i);
            }
            else if (c == '@' && (next = EndOfWord(sql, i + 1)) > i + 1)
            {
                names.Add(sql[(i + 1)..next]);
                text.Append('?');
            }
            else if (IsWord(c))
            {
                next = EndOfWord(sql, i);
                var word = sql[i..next];
                verb ??= word;
                changes |= word.Equals("GET_LOCK", StringComparison.OrdinalIgnoreCase);
                text.Append(word);
            }
            else
            {
                next = i + 1;
                if (c == '?') names.Add(null);
                changes |= c == '@' || (c == ':' && next < sql.Length && sql[next] == '=');
                text.Append(c);
            }
            i = next;
        }
        changes |= several || verb is null || !s_traceless.Contains(verb);
        return new SqlText(sql, text.ToString(), [.. names], several, changes, several || "USE".Equals(verb, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The position after the string, quoted identifier or comment that begins here; here itself if none does.</summary>
    private static int Skip(string sql, int i, bool backslashEscapes)
    {
        var c = sql[i];
        if (c is '\'' or '"' or '`') return EndOfQuoted(sql, i, backslashEscapes && c != '`');
        if (c == '#') return EndOfLine(sql, i);
        if (c == '-' && sql.AsSpan(i).StartsWith("--") && (i + 2 == sql.Length || char.IsWhiteSpace(sql[i + 2]) || char.IsControl(sql[i + 2]))) return EndOfLine(sql, i);
        if (c != '/' || !sql.AsSpan(i).StartsWith("/*")) return i;
        var end = sql.IndexOf("*/", i + 2, StringComparison.Ordinal);
        return end < 0 ? sql.Length : end + 2;
    }

    private static int EndOfQuoted(string sql, int i, bool backslashEscapes)
    {
        var quote = sql[i++];
        for (; i < sql.Length; i++)
        {
            if (sql[i] == '\\' && backslashEscapes) i++;
            // A doubled quote closes and opens again, which comes to the same.
            else if (sql[i] == quote) return i + 1;
        }
        return sql.Length;
    }

    private static int EndOfLine(string sql, int i)
    {
        var end = sql.IndexOf('\n', i);
        return end < 0 ? sql.Length : end + 1;
    }

    private static int EndOfWord(string sql, int i)
    {
        while (i < sql.Length && IsWord(sql[i])) i++;
        return i;
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '$';
}
