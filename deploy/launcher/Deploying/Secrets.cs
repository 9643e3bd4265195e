using System.Security.Cryptography;
using System.Text;
using Hutong.Launcher.Processes;

namespace Hutong.Launcher.Deploying;

/// <summary>
/// The secrets of one deployment, each drawn once and kept in a file of its own that only its owner may
/// read. Data encrypted with them is lost with the folder.
/// </summary>
public sealed class Secrets
{
    /// <summary>The key of the hash that accounts are found by. It never changes.</summary>
    public const string IdentifierHashKey = "identifier-hash-key";

    private readonly string _folder;

    /// <param name="folder">Made when it is not there.</param>
    public Secrets(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>A password: 128 random bits in hexadecimal.</summary>
    public string Password(string name) => PrivateFile.Secret(Path.Combine(_folder, name));

    /// <summary>A key: 32 random bytes in base64.</summary>
    public string Key(string name) => PrivateFile.Kept(
        Path.Combine(_folder, name), () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    /// <summary>The name of the key that wraps a service's keys.</summary>
    public static string KeyEncryptionKey(string service) => $"key-encryption-key-{service}";

    /// <summary>What is stored of a password drawn by us: with 128 random bits a plain SHA-256 is enough.</summary>
    public static string Hash(string password) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(password)));
}
