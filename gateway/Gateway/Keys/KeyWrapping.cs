using System.Text;
using System.Xml.Linq;
using Hutong.EventStore.PersonalData;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Hutong.Gateway.Keys;

/// <summary>Encrypts Data Protection keys with a key-encryption key from configuration: the database alone opens nothing.</summary>
internal sealed class KeyWrapping(KeyEncryption encryption) : IXmlEncryptor
{
    /// <summary>The name of the element that stands for an encrypted one.</summary>
    internal const string Element = "wrapped";

    private const string Kek = "kek";

    private static readonly byte[] Bound = "data-protection-key"u8.ToArray();

    public EncryptedXmlInfo Encrypt(XElement plaintextElement) => new(
        Wrap(encryption, Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting))), typeof(KeyUnwrapping));

    internal static XElement Wrap(KeyEncryption encryption, byte[] plain)
    {
        var wrapped = encryption.Wrap(plain, Bound);
        return new XElement(Element, new XAttribute(Kek, wrapped.KekId), Convert.ToBase64String(wrapped.Bytes));
    }

    internal static byte[] Unwrap(KeyEncryption encryption, XElement wrapped) =>
        encryption.Unwrap(new WrappedSecret(KekOf(wrapped), Convert.FromBase64String(wrapped.Value)), Bound);

    internal static string KekOf(XElement wrapped) => (string?)wrapped.Attribute(Kek) ?? "";
}

/// <summary>Decrypts them. The stored keys name this type: it must keep its name and namespace.</summary>
internal sealed class KeyUnwrapping(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) => XElement.Parse(
        Encoding.UTF8.GetString(KeyWrapping.Unwrap(services.GetRequiredService<KeyEncryption>(), encryptedElement)));
}
