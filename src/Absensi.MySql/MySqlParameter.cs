using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MySqlConnector;

/// <summary>A value for one placeholder. Its own type decides how it is sent; <see cref="DbType"/> and <see cref="Size"/> are kept but not used.</summary>
public sealed class MySqlParameter : DbParameter
{
    private string _name = "";
    private string _sourceColumn = "";

    public MySqlParameter() { }

    public MySqlParameter(string? name, object? value)
    {
        ParameterName = name;
        Value = value;
    }

    public override DbType DbType { get; set; } = DbType.Object;

    /// <summary>Only <see cref="ParameterDirection.Input"/>: the binary protocol takes values in and gives results out.</summary>
    public override ParameterDirection Direction
    {
        get => ParameterDirection.Input;
        set
        {
            if (value != ParameterDirection.Input) throw new NotSupportedException("Only input parameters are supported.");
        }
    }

    public override bool IsNullable { get; set; }

    /// <summary>With or without the leading '@'; case does not count.</summary>
    [AllowNull]
    public override string ParameterName
    {
        get => _name;
        set
        {
            _name = value ?? "";
            Word = Bare(_name);
        }
    }

    public override int Size { get; set; }

    [AllowNull]
    public override string SourceColumn { get => _sourceColumn; set => _sourceColumn = value ?? ""; }

    public override bool SourceColumnNullMapping { get; set; }

    public override object? Value { get; set; }

    internal string Word { get; private set; } = "";

    public override void ResetDbType() => DbType = DbType.Object;

    internal static string Bare(string name) => name.StartsWith('@') || name.StartsWith('?') ? name[1..] : name;
}
