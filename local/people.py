"""The sample people and groups of the local tenant. All are invented, and their names say so.

Each `kind` of the script contract (DESIGN section 10) is here at least once; `admin`, `own_mailbox_only` and
`no_address` are further kinds for the cases they name. The local Entra signs these people in, the local Graph
keeps their accounts; neither adds anybody.
"""

from dataclasses import dataclass, field
from typing import Literal

TENANT_DOMAIN = "utac.example.ac.jp"

type Kind = Literal[
    "student", "staff", "guest", "disabled", "nested_admin", "pim_eligible", "out_of_policy", "reviewer",
    "clerk", "operator", "auditor", "admin", "own_mailbox_only", "no_address",
]  # fmt: skip

# Ids that Microsoft Graph gives to every user alike: a phone's id is that of its slot, not of its number.
# https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod
PASSWORD_METHOD_ID = "28c10230-6103-485e-b985-444c60001490"
EMAIL_METHOD_ID = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"
PHONE_METHOD_IDS = {
    "mobile": "3179e48a-750b-4051-897c-87b9720928f7",
    "alternateMobile": "b6332ec1-7057-4abe-9331-3d72feddfe41",
    "office": "e37fc753-ff3b-4958-9484-eaa9425c82bc",
}

# Role template ids, the same in every tenant.
# https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
DIRECTORY_ROLES = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
    "c4e39bd9-1100-46d3-8c65-fb160da0071f": "Authentication Administrator",
}
GLOBAL_ADMINISTRATOR, HELPDESK_ADMINISTRATOR, USER_ADMINISTRATOR, AUTHENTICATION_ADMINISTRATOR = (
    DIRECTORY_ROLES
)


@dataclass(frozen=True, kw_only=True)
class Method:
    """An authentication method as it is at the start. `kind` is Graph's type without its common ending."""

    kind: str
    id: str
    created: str
    """createdDateTime, ISO 8601 in UTC."""
    detail: str = ""
    """Phone number, device name or e-mail address, by kind."""
    phone_type: str = ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account of the sample tenant."""

    oid: str
    upn: str
    name: str
    name_en: str
    password: str = field(repr=False)
    kind: Kind
    faculty: str
    affiliation: Literal["student", "staff", "guest"]
    employee_id: str
    roles: tuple[str, ...] = ()
    """App roles of the staff application."""
    other_mails: tuple[str, ...] = ()
    mailbox: str | None = None
    """The account's own mailbox (Graph's `mail`)."""
    enabled: bool = True
    user_type: Literal["Member", "Guest"] = "Member"
    external: bool = False
    """Signs in at another tenant (B2B guest)."""
    directory_roles: tuple[str, ...] = ()
    """Role template ids assigned to the account directly."""
    methods: tuple[Method, ...] = ()

    @property
    def mail(self) -> tuple[str, ...]:
        """The addresses on file that the person can read: the own mailbox only if there is no other."""
        emails = tuple(method.detail for method in self.methods if method.kind == "email")
        outside = tuple(dict.fromkeys(self.other_mails + emails))
        return outside or ((self.mailbox,) if self.mailbox else ())


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group; `members` are oids of people or ids of nested groups."""

    id: str
    name: str
    members: tuple[str, ...]
    is_assignable_to_role: bool = False
    directory_roles: tuple[str, ...] = ()
    """Role template ids assigned to the group."""
    eligible_roles: tuple[str, ...] = ()
    """Role template ids that the group's members may activate (PIM)."""


@dataclass(frozen=True, kw_only=True)
class AdministrativeUnit:
    """An administrative unit: membership lists mix them with groups and roles."""

    id: str
    name: str
    members: tuple[str, ...]


def _methods(number: int, kinds: str, address: str) -> tuple[Method, ...]:
    """Starting methods from letters: A authenticator, P mobile phone, E e-mail; a password always."""
    found = [Method(kind="password", id=PASSWORD_METHOD_ID, created="2024-04-01T01:00:00Z")]
    if "A" in kinds:
        device = f"5a3b0000-0000-4000-8000-{number:012d}"
        found.append(
            Method(
                kind="microsoftAuthenticator",
                id=device,
                created="2025-04-03T02:10:00Z",
                detail="Sample phone",
            )
        )
    if "P" in kinds:
        found.append(
            Method(
                kind="phone", id=PHONE_METHOD_IDS["mobile"], created="2025-04-03T02:15:00Z",
                detail=f"+81 90000{number:05d}", phone_type="mobile",
            )
        )  # fmt: skip
    if "E" in kinds and address:
        found.append(Method(kind="email", id=EMAIL_METHOD_ID, created="2024-04-01T01:05:00Z", detail=address))
    return tuple(found)


# number, kind, name, English name (also gives password and private address), faculty, affiliation, methods
type _Row = tuple[int, Kind, str, str, str, Literal["student", "staff", "guest"], str]
_ROWS: tuple[_Row, ...] = (
    (101, "student", "見本 太郎", "Taro Mihon", "工学部", "student", "APE"),
    (102, "student", "見本 花子", "Hanako Mihon", "文学部", "student", "APE"),
    (103, "student", "例田 一郎", "Ichiro Reida", "理学部", "student", "APE"),
    (104, "student", "例田 さくら", "Sakura Reida", "農学部", "student", "PE"),
    (105, "student", "試野 健", "Ken Tameshino", "経済学部", "student", "APE"),
    (106, "student", "試野 みどり", "Midori Tameshino", "教養学部", "student", "AE"),
    (107, "student", "サンプル アン", "Anne O'Sample", "工学系研究科", "student", "APE"),
    (201, "staff", "見本 次郎", "Jiro Mihon", "工学部", "staff", "APE"),
    (202, "staff", "例田 京子", "Kyoko Reida", "附属図書館", "staff", "APE"),
    (203, "staff", "試野 誠", "Makoto Tameshino", "理学部", "staff", "AP"),
    (301, "reviewer", "審査 愛", "Ai Shinsa", "情報基盤センター", "staff", "AP"),
    (302, "reviewer", "審査 大輔", "Daisuke Shinsa", "情報基盤センター", "staff", "AP"),
    (303, "reviewer", "審査 恵", "Megumi Shinsa", "情報基盤センター", "staff", "AP"),
    (401, "clerk", "窓口 直子", "Naoko Madoguchi", "工学部", "staff", "AP"),
    (402, "clerk", "窓口 隆", "Takashi Madoguchi", "文学部", "staff", "AP"),
    (501, "operator", "運用 薫", "Kaoru Unyo", "情報基盤センター", "staff", "AP"),
    (502, "operator", "運用 翔", "Sho Unyo", "情報基盤センター", "staff", "AP"),
    (601, "auditor", "監査 律子", "Ritsuko Kansa", "監査室", "staff", "AP"),
    (701, "guest", "客員 外美", "Sotomi Kyakuin", "他大学", "guest", "PE"),
    (702, "guest", "客員 内人", "Uchito Kyakuin", "工学部", "guest", "PE"),
    (801, "disabled", "停止 済", "Sumi Teishi", "文学部", "student", "APE"),
    (802, "nested_admin", "入子 管", "Kan Ireko", "情報基盤センター", "staff", "APE"),
    (803, "pim_eligible", "有資 格", "Kaku Yushi", "情報基盤センター", "staff", "APE"),
    (804, "out_of_policy", "対象 外", "Soto Taisho", "医学部附属病院", "staff", "APE"),
    (805, "admin", "管理 者", "Mono Kanri", "情報基盤センター", "staff", "APE"),
    (806, "own_mailbox_only", "内箱 学", "Manabu Uchibako", "法学部", "student", "AP"),
    (807, "no_address", "無宛 名", "Mei Muate", "薬学部", "student", "AP"),
)  # fmt: skip

_APP_ROLES: dict[str, tuple[str, ...]] = {
    "reviewer": ("Reviewer",), "clerk": ("OfficeClerk",), "operator": ("Operator",), "auditor": ("Auditor",),
}  # fmt: skip
_WITHOUT_OUTSIDE_ADDRESS = ("own_mailbox_only", "no_address")


def _account(number: int, nickname: str, kind: Kind) -> str:
    if kind == "guest" and number == 701:
        return f"{nickname}_partner.example.org#EXT#@{TENANT_DOMAIN}"
    return f"{1_000_000_000 + number * 7_919:010d}@{TENANT_DOMAIN}"


def _oid(number: int) -> str:
    return f"00000000-0000-4000-9000-{number:012d}"


def _person(row: _Row) -> Person:
    number, kind, name, english, faculty, affiliation, methods = row
    nickname = english.lower().replace("'", "").replace(" ", ".")
    upn = _account(number, nickname, kind)
    private = "" if kind in _WITHOUT_OUTSIDE_ADDRESS else f"{nickname}@mail.example.com"
    return Person(
        oid=_oid(number),
        upn=upn,
        name=name,
        name_en=f"{english} (sample)",
        password=f"sample-{nickname}",
        kind=kind,
        faculty=faculty,
        affiliation=affiliation,
        employee_id=f"{number:08d}",
        roles=_APP_ROLES.get(kind, ()),
        other_mails=(private,) if private else (),
        mailbox=None if kind in ("no_address", "guest") else upn,
        enabled=kind != "disabled",
        user_type="Guest" if kind == "guest" else "Member",
        external="#EXT#" in upn,
        directory_roles=(GLOBAL_ADMINISTRATOR,) if kind == "admin" else (),
        methods=_methods(number, methods, private),
    )


PEOPLE: tuple[Person, ...] = tuple(_person(row) for row in _ROWS)


def _of(*kinds: str) -> tuple[str, ...]:
    return tuple(person.oid for person in PEOPLE if person.kind in kinds)


def _affiliated(affiliation: str) -> tuple[str, ...]:
    return tuple(person.oid for person in PEOPLE if person.affiliation == affiliation)


def _id(number: int) -> str:
    return f"00000000-0000-4000-a000-{number:012d}"


STUDENTS, STAFF, EVERYONE, LIBRARY_USERS, NETWORK_USERS = (_id(number) for number in range(1, 6))
REVIEWERS, CLERKS, OPERATORS, AUDITORS, SUPPORT_DESK, BREAK_GLASS, OWNERS = (
    _id(number) for number in range(11, 18)
)
HELPDESK_ADMINS, HELPDESK_TEAM, ELIGIBLE_ADMINS = (_id(number) for number in range(21, 24))
NO_PASS = _id(31)
ENGINEERING_CLERKS, LETTERS_CLERKS = _id(41), _id(42)

# The plain groups come first: whoever reads only the first page of a membership list sees nothing dangerous.
GROUPS: tuple[Group, ...] = (
    Group(id=STUDENTS, name="学生 Students", members=_affiliated("student")),
    Group(id=STAFF, name="教職員 Staff", members=_affiliated("staff")),
    Group(id=EVERYONE, name="構成員 Members", members=(STUDENTS, STAFF, *_affiliated("guest"))),
    Group(id=LIBRARY_USERS, name="図書館利用者 Library users", members=(EVERYONE,)),
    Group(id=NETWORK_USERS, name="無線LAN利用者 Wireless users", members=(EVERYONE,)),
    Group(id=REVIEWERS, name="審査担当 Reviewers", members=_of("reviewer")),
    Group(id=CLERKS, name="窓口担当 Office clerks", members=_of("clerk")),
    Group(id=ENGINEERING_CLERKS, name="工学部窓口 Engineering office", members=(_oid(401),)),
    Group(id=LETTERS_CLERKS, name="文学部窓口 Letters office", members=(_oid(402),)),
    Group(id=OPERATORS, name="運用担当 Operators", members=_of("operator")),
    Group(id=AUDITORS, name="監査担当 Auditors", members=_of("auditor")),
    Group(id=SUPPORT_DESK, name="サポート窓口 Support desk", members=(REVIEWERS, OPERATORS)),
    Group(id=BREAK_GLASS, name="緊急用 Break-glass accounts", members=()),
    Group(id=OWNERS, name="所有者 Subscription and application owners", members=_of("admin")),
    Group(
        id=HELPDESK_ADMINS, name="ヘルプデスク管理者 Helpdesk administrators", members=(HELPDESK_TEAM,),
        is_assignable_to_role=True, directory_roles=(HELPDESK_ADMINISTRATOR,),
    ),
    Group(id=HELPDESK_TEAM, name="ヘルプデスク Helpdesk team", members=_of("nested_admin")),
    Group(
        id=ELIGIBLE_ADMINS, name="有資格者 Eligible administrators", members=_of("pim_eligible"),
        is_assignable_to_role=True, eligible_roles=(USER_ADMINISTRATOR,),
    ),
    Group(id=NO_PASS, name="一時パス対象外 No Temporary Access Pass", members=_of("out_of_policy")),
)  # fmt: skip

ADMINISTRATIVE_UNITS: tuple[AdministrativeUnit, ...] = (
    AdministrativeUnit(
        id=_id(91), name="全学 Whole university", members=tuple(person.oid for person in PEOPLE)
    ),
)

PROTECTED_GROUPS: tuple[str, ...] = (REVIEWERS, CLERKS, OPERATORS, AUDITORS, BREAK_GLASS, OWNERS)
"""Members never get a pass from this service (DESIGN section 2, Guards)."""

OFFICE_SCOPES: dict[str, tuple[str, ...]] = {
    ENGINEERING_CLERKS: ("工学部", "工学系研究科"),
    LETTERS_CLERKS: ("文学部", "教養学部"),
}
"""For each group of clerks the faculties for whose people they act."""

PASS_POLICY_INCLUDES: tuple[str, ...] = (EVERYONE,)
PASS_POLICY_EXCLUDES: tuple[str, ...] = (NO_PASS,)


_FIRST_NEWCOMER = 5001
_newcomers: list[Person] = []


def everyone() -> tuple[Person, ...]:
    """The people of the start, then those who came later."""
    return (*PEOPLE, *_newcomers)


def add(kind: str, *, name: str = "", methods: str = "") -> Person:
    """One more sample person, like the first of this kind; ``methods`` are letters as in the rows above.

    The caller makes them known to the directory.

    Raises:
        ValueError: there is no such kind or letter.
    """
    like = next((person for person in PEOPLE if person.kind == kind), None)
    if like is None or set(methods) - set("APE"):
        raise ValueError(kind if like is None else methods)
    number = _FIRST_NEWCOMER + len(_newcomers)
    letters = methods or ("AP" if kind in _WITHOUT_OUTSIDE_ADDRESS else "APE")
    row = (number, like.kind, name or f"新来 {number}", f"Newcomer {number}", like.faculty, like.affiliation)
    person = _person((*row, letters))
    _newcomers.append(person)
    return person


def letters_of(person: Person) -> str:
    """The starting methods as `add` takes them."""
    letters = {"microsoftAuthenticator": "A", "phone": "P", "email": "E"}
    return "".join(letters.get(method.kind, "") for method in person.methods)


def forget_newcomers() -> None:
    """Back to the people of the start: before a kept state is taken up."""
    _newcomers.clear()


def find(account: str) -> Person | None:
    """The person with this UPN (in any case) or object id."""
    wanted = account.casefold()
    return next((person for person in everyone() if wanted in (person.upn.casefold(), person.oid)), None)
