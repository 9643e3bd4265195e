// npm oidc-provider in memory: PORT, CLIENT_ID, CLIENT_SECRET and REDIRECT_URI say where and for whom.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import Provider from 'oidc-provider';

// The package's own adapter keeps a thousand entries and walks through all of a grant's tokens at each new one, which
// would hold up a benchmark that refreshes the same grants over and over. Maps cost less than it and forget nothing.
class Maps {
  static sessions = new Map();

  constructor(model) {
    this.model = model;
    this.rows = new Map();
  }

  async upsert(id, payload) {
    this.rows.set(id, payload);
    if (this.model === 'Session') Maps.sessions.set(payload.uid, id);
  }

  async find(id) {
    return this.rows.get(id);
  }

  async findByUid(uid) {
    return this.rows.get(Maps.sessions.get(uid));
  }

  async consume(id) {
    this.rows.get(id).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    this.rows.delete(id);
  }
}

const { PORT, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI } = process.env;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const minutes = 60;
const day = 24 * 60 * minutes;

const provider = new Provider(`http://localhost:${PORT}`, {
  adapter: Maps,
  clients: [{
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'RS256',
  }],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  features: { clientCredentials: { enabled: true }, introspection: { enabled: true }, devInteractions: { enabled: true } },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: 10 * minutes,
    AuthorizationCode: minutes,
    ClientCredentials: 10 * minutes,
    Grant: 30 * day,
    IdToken: 10 * minutes,
    Interaction: 30 * minutes,
    RefreshToken: 30 * day,
    Session: 14 * day,
  },
});

const server = provider.listen(Number(PORT), '127.0.0.1');
// The load's connections are idle while the other server has its turn.
server.keepAliveTimeout = 10 * minutes * 1000;
