"""The relying parties that the provider knows, each with its public key."""

import json
from dataclasses import dataclass

from joserfc.jwk import ECKey

from local import configuration


@dataclass(frozen=True, kw_only=True)
class Client:
    """A relying party; during a change of keys it has two of them registered."""

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    keys: tuple[ECKey, ...]

    def key(self, kid: object) -> ECKey | None:
        """The registered key of that id."""
        return next((key for key in self.keys if key.kid == kid), None)


def of(local: configuration.Configuration) -> dict[str, Client]:
    """The service's own client, with the public half of the key that this run gave it."""
    private = ECKey.import_key(json.loads(local.card_client_key))
    public = ECKey.import_key(private.as_dict(private=False))
    own = Client(
        client_id=configuration.CARD_CLIENT_ID,
        name="本人確認方法の再登録 Re-registration of verification methods",
        redirect_uris=(f"{local.base_url}/verify/callback",),
        keys=(public,),
    )
    return {own.client_id: own}
