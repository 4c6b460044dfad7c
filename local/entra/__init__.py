"""An Entra-like OpenID Connect issuer: discovery, sign-in page, codes, tokens, keys."""
