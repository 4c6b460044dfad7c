// An OpenID provider that was not written by us (npm oidc-provider), set as the card's provider is described: ES256,
// pairwise subjects, private_key_jwt, PKCE required, acr. Takes one JSON argument: {client_id, redirect_uri, jwk}.
// Prints "READY <issuer>". The person is chosen by login_hint; "cancel" gives up, "low" is verified less well.

import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

import { Provider } from 'oidc-provider';

const wanted = JSON.parse(process.argv[2]);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signingKey = { ...privateKey.export({ format: 'jwk' }), kid: 'provider-key', use: 'sig', alg: 'ES256' };

const configuration = {
  clients: [{
    client_id: wanted.client_id,
    redirect_uris: [wanted.redirect_uri],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    id_token_signed_response_alg: 'ES256',
    subject_type: 'pairwise',
    jwks: { keys: [wanted.jwk] },
  }],
  jwks: { keys: [signingKey] },
  cookies: { keys: ['a key of a test, which protects nothing'] },
  scopes: ['openid', 'name'],
  claims: { openid: ['sub'], name: ['name'], acr: null },
  acrValues: ['aal3', 'aal2', 'crl'],
  subjectTypes: ['pairwise'],
  pairwiseIdentifier: (ctx, account, client) => createHash('sha256').update(`${client.sectorIdentifier}|${account}`).digest('hex'),
  conformIdTokenClaims: false,
  clientAuthMethods: ['private_key_jwt'],
  enabledJWA: {
    clientAuthSigningAlgValues: ['ES256'],
    idTokenSigningAlgValues: ['ES256'],
  },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, account) => ({ accountId: account, claims: async () => ({ sub: account, name: `見本　${account}` }) }),
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid name');
    grant.addOIDCClaims(['sub', 'name', 'acr']);
    await grant.save();
    return grant;
  },
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next();
    const { params } = await provider.interactionDetails(ctx.req, ctx.res);
    const account = params.login_hint ?? 'taro';
    const result = account === 'cancel'
      ? { error: 'access_denied', error_description: 'the person cancelled' }
      : { login: { accountId: account, acr: account === 'low' ? 'aal2' : 'aal3', remember: false } };
    const to = await provider.interactionResult(ctx.req, ctx.res, result);
    ctx.redirect(to);
    return undefined;
  });
  server.on('request', provider.callback());
  console.log(`READY ${issuer}`);
});
process.on('SIGTERM', () => process.exit(0));
