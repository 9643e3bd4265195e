using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace Hutong.Gateway.Keys;

/// <summary>The Data Protection key ring in the gateway's database, so that what one instance encrypts another reads.</summary>
internal sealed class KeyRows(NpgsqlDataSource database) : IXmlRepository
{
    private const string ReadSql = "select element from data_protection_key order by created_at, name";

    private const string AddSql =
        "insert into data_protection_key (name, element) values ($1, $2) on conflict (name) do update set element = excluded.element";

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = database.CreateCommand(ReadSql);
        using var reader = command.ExecuteReader();
        var elements = new List<XElement>();
        while (reader.Read())
            elements.Add(XElement.Parse(reader.GetString(0)));
        return elements;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = database.CreateCommand(AddSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = friendlyName });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = element.ToString(SaveOptions.DisableFormatting) });
        command.ExecuteNonQuery();
    }
}
