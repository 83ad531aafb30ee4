using System.Collections;
using System.Data.Common;
using MySqlConnector.Protocol;

namespace MySqlConnector;

/// <summary>The parameters of a command, found by name without regard to case.</summary>
public sealed class MySqlParameterCollection : DbParameterCollection
{
    private readonly List<MySqlParameter> _items = [];

    public override int Count => _items.Count;

    public override object SyncRoot => this;

    public new MySqlParameter this[int index] { get => _items[index]; set => _items[index] = value; }

    public new MySqlParameter this[string name] { get => _items[Found(name)]; set => _items[Found(name)] = value; }

    public MySqlParameter Add(MySqlParameter parameter)
    {
        _items.Add(parameter);
        return parameter;
    }

    public MySqlParameter AddWithValue(string name, object? value) => Add(new MySqlParameter(name, value));

    public override int Add(object value)
    {
        _items.Add((MySqlParameter)value);
        return _items.Count - 1;
    }

    public override void AddRange(Array values)
    {
        foreach (var value in values) Add(value!);
    }

    public override void Clear() => _items.Clear();

    public override bool Contains(object value) => _items.Contains((MySqlParameter)value);

    public override bool Contains(string value) => IndexOf(value) >= 0;

    public override void CopyTo(Array array, int index) => ((ICollection)_items).CopyTo(array, index);

    public override IEnumerator GetEnumerator() => _items.GetEnumerator();

    public override int IndexOf(object value) => _items.IndexOf((MySqlParameter)value);

    public override int IndexOf(string parameterName) => IndexOf(MySqlParameter.Bare(parameterName), 0);

    public override void Insert(int index, object value) => _items.Insert(index, (MySqlParameter)value);

    public override void Remove(object value) => _items.Remove((MySqlParameter)value);

    public override void RemoveAt(int index) => _items.RemoveAt(index);

    public override void RemoveAt(string parameterName) => _items.RemoveAt(Found(parameterName));

    /// <summary>The values in the order of the statement's placeholders.</summary>
    /// <exception cref="InvalidOperationException">A placeholder has no parameter.</exception>
    internal object?[] Arrange(SqlText sql)
    {
        if (sql.Placeholders.Length == 0) return [];
        var values = new object?[sql.Placeholders.Length];
        var next = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var name = sql.Placeholders[i];
            var index = name is null ? next : IndexOf(name, next);
            if (index < 0 || index >= _items.Count) throw new InvalidOperationException($"No parameter is given for the placeholder '{name ?? "?"}'.");
            values[i] = _items[index].Value;
            next = index + 1;
        }
        return values;
    }

    protected override DbParameter GetParameter(int index) => _items[index];

    protected override DbParameter GetParameter(string parameterName) => _items[Found(parameterName)];

    protected override void SetParameter(int index, DbParameter value) => _items[index] = (MySqlParameter)value;

    protected override void SetParameter(string parameterName, DbParameter value) => _items[Found(parameterName)] = (MySqlParameter)value;

    /// <summary>Looks from <paramref name="start"/> round: most statements name their parameters in the order they are given.</summary>
    private int IndexOf(string word, int start)
    {
        for (var i = 0; i < _items.Count; i++)
        {
            var index = (start + i) % _items.Count;
            if (_items[index].Word.Equals(word, StringComparison.OrdinalIgnoreCase)) return index;
        }
        return -1;
    }

    private int Found(string name) => IndexOf(name) is >= 0 and var index ? index : throw new ArgumentException($"No parameter is named '{name}'.");
}
