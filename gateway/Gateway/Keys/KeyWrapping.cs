using System.Text;
using System.Xml.Linq;
using Hutong.EventStore.PersonalData;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Hutong.Gateway.Keys;

/// <summary>Encrypts Data Protection keys with a key-encryption key from configuration: the database alone opens nothing.</summary>
internal sealed class KeyWrapping(KeyEncryption encryption) : IXmlEncryptor
{
    internal static readonly byte[] Bound = "data-protection-key"u8.ToArray();

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var wrapped = encryption.Wrap(Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting)), Bound);
        return new EncryptedXmlInfo(
            new XElement("wrapped", new XAttribute("kek", wrapped.KekId), Convert.ToBase64String(wrapped.Bytes)),
            typeof(KeyUnwrapping));
    }
}

/// <summary>Decrypts them. The stored keys name this type: it must keep its name and namespace.</summary>
internal sealed class KeyUnwrapping(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var kek = (string?)encryptedElement.Attribute("kek") ?? "";
        var plain = services.GetRequiredService<KeyEncryption>().Unwrap(
            new WrappedSecret(kek, Convert.FromBase64String(encryptedElement.Value)), KeyWrapping.Bound);
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }
}
