"""Our relying party before the local provider, and the browser between the two."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests

from local import configuration, people
from local.cloud import Cloud
from shared.adapters.card_id_tokens import CardIdTokens, CardKeys
from shared.adapters.card_provider import CardClient, CardProvider, CardVerified
from shared.adapters.card_refusals import CardRefusedError

TARO = people.PEOPLE[0]
HASH_KEY = b"h" * 32
COUNTS_FOR = timedelta(minutes=10)


@dataclass
class Seconds:
    """A clock of seconds that a test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Party:
    """The relying party, the parts that it is made of, and a browser."""

    cloud: Cloud
    session: requests.Session
    client: CardClient
    keys: CardKeys
    tokens: CardIdTokens
    provider: CardProvider
    age: Seconds = field(default_factory=Seconds)

    @classmethod
    def of(
        cls, cloud: Cloud, session: requests.Session, *, realm: str = "/api/realms/main", slash: str = "",
        accepted: tuple[str, ...] = ("aal3",), **differs: str,
    ) -> "Party":  # fmt: skip
        """As the settings of the local run make it; ``differs`` are fields of the client."""
        settings, age = cloud.settings, Seconds()
        base = f"{settings.local_url}{realm}/protocol/openid-connect"
        client = replace(
            CardClient(
                client_id=configuration.CARD_CLIENT_ID,
                key=settings.card_client_key,
                redirect_uri=f"{settings.base_url}/verify/callback",
                authorization_url=f"{base}/auth",
                token_url=f"{base}/token",
                scopes="openid name",
                acr_values="aal3 crl",
            ),
            **differs,
        )
        keys = CardKeys(f"{base}/certs", session, clock=age)
        tokens = CardIdTokens(
            keys,
            issuer=f"{settings.local_url}{realm}{slash}",
            client_id=client.client_id,
            accepted=accepted,
            hash_key=HASH_KEY,
        )
        provider = CardProvider(client, tokens, keys, session, counts_for=COUNTS_FOR)
        return cls(cloud, session, client, keys, tokens, provider, age)

    async def verify(self, verification: str, person: people.Person = TARO) -> CardVerified:
        """The whole way, without anything going wrong on it."""
        address, flow = await self.provider.start(verification)
        return await self.provider.finish(flow, browse(address, person))

    async def refused(self, verification: str = "v1", person: people.Person = TARO, **how: str) -> str:
        """The same, refused: the code of it."""
        address, flow = await self.provider.start(verification)
        try:
            await self.provider.finish(flow, browse(address, person, **how))
        except CardRefusedError as error:
            return error.code.value
        raise AssertionError("it was verified")


def browse(address: str, person: people.Person = TARO, **how: str) -> dict[str, str]:
    """What the callback gets after ``person`` did what they do; ``how`` are further parameters of the local page."""
    answer = requests.get(
        f"{address}&{urlencode({'as': person.upn, **how})}", allow_redirects=False, timeout=10
    )
    assert answer.status_code == 302, answer.text
    return returned(answer)


def returned(answer: requests.Response) -> dict[str, str]:
    """The parameters with which the browser is sent back."""
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def changed(address: str, **parameters: str | None) -> str:
    """An address with other parameters; None leaves one out."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query)) | parameters
    kept = {name: value for name, value in query.items() if value is not None}
    return urlunsplit(parts._replace(query=urlencode(kept)))
