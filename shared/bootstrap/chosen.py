"""Settings, and the values made of them alone: rules, site, clock, pages."""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from shared.bootstrap.parts import parts

if TYPE_CHECKING:
    from shared.domain.kinds import Channel
    from shared.domain.rules import Rules
    from shared.ports import Clock
    from shared.presentation.pages import Pages
    from shared.presentation.site import Site
    from shared.settings import Settings


def app_role() -> str:
    """Which functions this process serves: ``web``, ``worker`` or ``all``."""
    from shared.settings import app_role as read

    return read()


@cache
def settings() -> "Settings":
    """The settings, complete for this role.

    Raises:
        ValidationError: something is missing or wrong; all of it is named at once.
    """
    from shared.logs import quiet_libraries
    from shared.settings import Settings

    quiet_libraries()
    return Settings()


@cache
def rules() -> "Rules":
    """The university's rules."""
    from shared.adapters.holiday_calendar import business_calendar
    from shared.domain.kinds import Flag
    from shared.domain.mails import MailLimits
    from shared.domain.retention import Retention
    from shared.domain.rules import Rules

    given = settings()
    return Rules(
        calendar=business_calendar(
            zone=given.time_zone,
            opens=given.opens_at.isoformat("minutes"),
            closes=given.closes_at.isoformat("minutes"),
            weekdays=[int(each) for each in given.business_weekdays],
            country=given.holiday_country,
            closures=given.closures,
            extra_days=given.extra_days,
        ),
        reviewers=given.reviewer_addresses,
        operators=given.operator_addresses,
        protected=frozenset(given.protected_groups),
        review_within=timedelta(hours=given.review_within_hours),
        return_days=given.return_days,
        pickup_days=given.pickup_days,
        cooling_off=timedelta(hours=given.cooling_off_hours),
        second_approver_for=frozenset(map(Flag, given.second_approver_flags)),
        cooling_off_for=frozenset(map(Flag, given.cooling_off_flags)),
        office_for=frozenset(map(Flag, given.office_flags)),
        risk_limits=given.risk_limits,
        photo_print_kept=timedelta(days=given.photo_print_days),
        photo_retention=timedelta(days=given.photo_retention_days),
        retention=Retention(
            details=timedelta(days=given.details_retention_days),
            case=timedelta(days=given.case_retention_days),
            unconfirmed=timedelta(days=given.unconfirmed_retention_days),
        ),
        max_attempts=given.max_passes,
        one_time_pass=given.one_time_pass,
        removal=given.old_methods,
        mail_limits=MailLimits(given.mail_per_minute, given.mail_per_hour),
        link_cooling=given.link_cooling,
        channels=ways(),
        surge=given.surge,
        limits=given.limits,
        evaluation=given.evaluation_mode,
        office_scopes={group: frozenset(names) for group, names in given.office_scopes.items()},
        counter_within=timedelta(minutes=given.office_counter_minutes),
        slip_life=timedelta(hours=given.office_slip_hours),
        card_passes_per_day=given.card_passes_per_day,
        forms_without_token=given.forms_without_token,
    )


def trusted_hops() -> int:
    """How many front ends of ours write into ``X-Forwarded-For``."""
    return settings().trusted_hops


@cache
def ways() -> "frozenset[Channel]":
    """The ways in that are on."""
    from shared.domain.kinds import Channel

    return frozenset(each for each in Channel if settings().is_on(each))


@cache
def clock() -> "Clock":
    """The business clock."""
    from shared.adapters.system import SystemClock

    return parts().clock or SystemClock()


@cache
def site() -> "Site":
    """Names and addresses that pages and mails tell."""
    from zoneinfo import ZoneInfo

    from shared.domain.ways import in_order
    from shared.presentation.site import Site

    given = settings()
    domain = f"?domain_hint={given.tenant_domain}" if given.tenant_domain else ""
    return Site(
        base_url=given.base_url,
        name_ja=given.site_name_ja,
        name_en=given.site_name_en,
        support_name_ja=given.support_name_ja,
        support_name_en=given.support_name_en,
        support_email=given.support_email,
        support_phone=given.support_phone,
        support_url=given.support_url,
        security_info_url=given.security_info_url + domain,
        setup_guide_url_ja=given.setup_guide_url_ja,
        setup_guide_url_en=given.setup_guide_url_en,
        zone=ZoneInfo(given.time_zone),
        office_ja=given.office_ja,
        office_en=given.office_en,
        hours_ja=given.support_hours_ja,
        hours_en=given.support_hours_en,
        account_ja=given.account_name_ja,
        account_en=given.account_name_en,
        card_app_ja=given.verify_app_name_ja,
        card_app_en=given.verify_app_name_en,
        card_app_url=given.verify_app_url,
        ways=in_order(ways()),
        form_url=given.form_url,
        office_hours_ja=given.office_hours_ja,
        office_hours_en=given.office_hours_en,
        password_url_ja=given.password_url_ja,
        password_url_en=given.password_url_en,
        password_ja=given.password_ja,
        password_en=given.password_en,
        trial=given.evaluation_mode,
    )


@cache
def pages() -> "Pages":
    """Renders pages."""
    from shared.presentation.pages import Pages

    return Pages(site())


def base_url() -> str:
    """The public address, without a closing slash."""
    return settings().base_url
