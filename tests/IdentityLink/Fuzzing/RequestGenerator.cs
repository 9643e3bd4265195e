using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hutong.IdentityLink.Tests.Fuzzing;

/// <summary>What an attacker may have to send: things of their own that hold.</summary>
/// <param name="Cookie">A browser in which they are signed in.</param>
/// <param name="InternalToken">What the gateway would send on for them.</param>
/// <param name="Clients">Their client ids, with or without secrets.</param>
/// <param name="Values">Tokens, codes, addresses and the like.</param>
internal sealed record Attacker(string Cookie, string InternalToken, IReadOnlyList<string> Clients, IReadOnlyList<string> Values);

/// <summary>
/// Malformed requests, the same for the same seed: an endpoint of the service, and parameters, headers and bodies of
/// which some are fit, some are there twice, and some are what parsers fall over.
/// </summary>
internal sealed partial class RequestGenerator(int seed, IReadOnlyList<RouteEndpoint> endpoints, Attacker attacker)
{
    private static readonly string[] Names =
    [
        "acr_values", "after", "assertion", "asOf", "audience", "claims", "claims_locales", "client_assertion", "client_assertion_type",
        "client_id", "client_secret", "code", "code_challenge", "code_challenge_method", "code_verifier", "cursor", "decision",
        "device_code", "display", "form_token", "grant_type", "id_token_hint", "iss", "knownAt", "language", "limit", "login_hint",
        "logout_hint", "max_age", "nonce", "page", "post_logout_redirect_uri", "prompt", "proof", "reason", "redirect_uri",
        "refresh_token", "application_type", "backchannel_logout_uri", "before", "client_name", "client_name#zh-CN", "client_uri", "contacts",
        "grant_types", "id_token_signed_response_alg", "jwks", "logo_uri", "policy_uri", "post_logout_redirect_uris", "redirect_uris",
        "require_pushed_authorization_requests", "sector_identifier_uri", "security_events_uri", "since", "token_endpoint_auth_method",
        "tos_uri", "union_group", "request", "request_uri", "requested_token_type", "response_mode", "response_type", "returnTo", "scope",
        "state", "subject_token", "subject_token_type", "token", "access_token", "token_type_hint", "ui_locales", "user_code",
    ];

    private static readonly string[] Words =
    [
        "openid", "openid profile offline_access", "code", "code id_token", "query", "form_post", "none", "login", "consent", "S256", "plain",
        "authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:token-type:access_token",
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "social-feed", "weibo", "taobao", "passkey", "allow", "deny", "en", "zh-CN",
        "0", "1", "-1", "2147483648", "99999999999999999999", "1e309", "NaN", "true", "null", "2026-11-22T00:00:00Z", "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00-14:00", "00000000-0000-0000-0000-000000000000",
    ];

    private static readonly string[] Poison =
    [
        "", " ", "\0", "a\0b", "\r\nSet-Cookie: x=y", "\u202e", "\ud800", "\uFFFF", "%", "%zz", "%00", "..%2f..%2f", "../../etc/passwd", "'", "\"",
        "';select pg_sleep(20)--", "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "[]", "{}", "{\"a\":", "[[[[[[[[[[[[[[[[[[[[",
        "{\"userinfo\":{\"sub\":{\"value\":[{}]}}}", "{\"id_token\":null,\"userinfo\":7}", "eyJhbGciOiJub25lIn0.e30.", "a.b.c", "....",
        "eyJhbGciOiJIUzI1NiIsImtpZCI6IiJ9.eyJpc3MiOjF9.AAAA", "https://evil.example/", "http://169.254.169.254/", "javascript:alert(1)", "//evil.example",
        "http://[::1]:22/", "http://a@b@c/", "urn:ietf:params:oauth:request_uri:x",
    ];

    private readonly Random random = new(seed);

    /// <summary>The next request, and the endpoint that it is meant for.</summary>
    public (RouteEndpoint Endpoint, HttpRequestMessage Request) Next()
    {
        var endpoint = Pick(endpoints);
        var request = new HttpRequestMessage(Method(endpoint), new Uri(Path(endpoint) + Query(), UriKind.Relative));
        Headers(request.Headers);
        if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
            request.Content = endpoint.RoutePattern.RawText!.StartsWith("/identity", StringComparison.Ordinal) && Chance(0.6)
                ? Text(Json(3, isObject: true), "application/json")
                : Body();
        return (endpoint, request);
    }

    private HttpMethod Method(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods;
        return new HttpMethod(methods is { Count: > 0 } && Chance(0.95) ? Pick(methods) : Pick(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]));
    }

    private string Path(RouteEndpoint endpoint) =>
        "/" + RouteParameter().Replace(endpoint.RoutePattern.RawText!.TrimStart('/'), _ => Uri.EscapeDataString(Value() is { Length: > 0 and < 200 } text ? text : "x"));

    private string Query() => Chance(0.5) ? "" : "?" + Encoded();

    private string Encoded() => string.Join('&', Parameters().Select(p => Chance(0.97) ? $"{Escaped(p.Name)}={Escaped(p.Value)}" : $"{p.Name}&=&&{p.Name}=="));

    private IEnumerable<(string Name, string Value)> Parameters()
    {
        var count = random.Next(12);
        for (var i = 0; i < count; i++)
        {
            var name = Chance(0.95) ? Pick(Names) : Value();
            yield return (name, Value());
            if (Chance(0.05))
                yield return (name, Value());
        }
    }

    private string Value() => random.Next(20) switch
    {
        < 7 => Pick(Words),
        < 11 => Pick(attacker.Values),
        < 13 => Pick(attacker.Clients),
        < 17 => Pick(Poison),
        17 => Garbled(Pick(attacker.Values)),
        18 => new string((char)random.Next(33, 0x3000), random.Next(1, 300)),
        _ => Chance(0.1) ? new string('x', random.Next(2000, 9000)) : Convert.ToBase64String(Bytes(random.Next(1, 60))),
    };

    private string Garbled(string value)
    {
        var text = value.ToCharArray();
        for (var i = 0; i < 3 && text.Length > 0; i++)
            text[random.Next(text.Length)] = (char)random.Next(33, 127);
        return new string(text);
    }

    private void Headers(HttpRequestHeaders headers)
    {
        if (Chance(0.5))
            headers.TryAddWithoutValidation("Cookie", Chance(0.6) ? attacker.Cookie : $"__Host-hutong-browser={HeaderSafe(Value())}; lang={HeaderSafe(Value())}");
        if (Chance(0.5))
            headers.TryAddWithoutValidation("Authorization", Authorization());
        if (Chance(0.3))
            headers.TryAddWithoutValidation("Idempotency-Key", HeaderSafe(Value()));
        if (Chance(0.2))
            headers.TryAddWithoutValidation("If-Match", Pick(["\"1\"", "\"2\"", "*", "W/\"1\"", "\"1\", \"2\"", "\"99999999999999999999\"", "1"]));
        if (Chance(0.1))
            headers.TryAddWithoutValidation(Pick(["If-None-Match", "Accept", "Accept-Language", "Origin", "X-Forwarded-For"]), HeaderSafe(Value()));
    }

    private string Authorization() => random.Next(6) switch
    {
        0 or 1 => $"Bearer {attacker.InternalToken}",
        2 => $"Bearer {HeaderSafe(Value())}",
        3 => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Pick(attacker.Clients)}:{Value()}"))}",
        4 => $"Basic {HeaderSafe(Value())}",
        _ => HeaderSafe(Value()),
    };

    private ByteArrayContent? Body() => random.Next(10) switch
    {
        < 5 => Text(Encoded(), "application/x-www-form-urlencoded"),
        5 => Text(Json(3), "application/json"),
        6 => Text(Pick(Poison), "application/json"),
        7 => Text(Value(), Pick(["text/plain", "multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded; charset=utf-7", "*"])),
        8 => Binary(),
        _ => null,
    };

    private string Json(int depth, bool isObject = false) => (isObject ? 4 : random.Next(depth == 0 ? 3 : 5)) switch
    {
        // Half of a surrogate pair, as only an escape can have it.
        0 => Pick(["0", "-1", "1e400", "true", "null", "\"\"", "[]", "\"\\ud800\""]),
        1 or 2 => System.Text.Json.JsonSerializer.Serialize(Value()),
        3 => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Json(depth - 1)))}]",
        _ => $"{{{string.Join(',', Enumerable.Range(0, random.Next(6)).Select(_ => $"{System.Text.Json.JsonSerializer.Serialize(Pick(Names))}:{Json(depth - 1)}"))}}}",
    };

    private static StringContent Text(string text, string type)
    {
        var content = new StringContent(text);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private ByteArrayContent Binary()
    {
        var content = new ByteArrayContent(Bytes(random.Next(400)));
        content.Headers.TryAddWithoutValidation("Content-Type", Pick(["application/x-www-form-urlencoded", "application/json", "application/octet-stream"]));
        return content;
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>As it should be, or left raw where an address may have it.</summary>
    private string Escaped(string value) => Chance(0.95) ? Uri.EscapeDataString(value) : Uri.EscapeDataString(value).Replace("%25", "%", StringComparison.Ordinal);

    private static string HeaderSafe(string value) => new([.. value.Where(c => c is > ' ' and < (char)127).Take(1500)]);

    private T Pick<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    private bool Chance(double probability) => random.NextDouble() < probability;

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex RouteParameter();
}
