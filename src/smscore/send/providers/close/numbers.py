"""The numbers of the account, and where they can write to.

The law of this file: a number can send if it is internal, has SMS, and the country is one of those
that the provider names for it; what it does not say is no.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from smscore.numbering import check_region, parse_number
from smscore.send.calls import Call, Page, Steps
from smscore.send.providers.close.account import USUAL_PAGE, Account
from smscore.send.providers.close.records import PhoneNumber, read_number
from smscore.send.providers.values import only_digits

_PATH = "phone_number"
# The help pages say UK, where ISO 3166-1 says GB.
_OTHER_NAMES = {"UK": "GB"}


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a number can write to a country, and why not. It is true if it can.

    >>> bool(Reach(False, "the account has no such number", None))
    False
    """

    possible: bool
    reason: str | None
    number: PhoneNumber | None

    def __bool__(self) -> bool:
        """Tell whether it can."""
        return self.possible


@dataclass(frozen=True, slots=True)
class PhoneNumbers:
    """The numbers of an account."""

    _account: Account = field(repr=False)

    def list(
        self,
        *,
        number: str | None = None,
        user_id: str | None = None,
        is_group_number: bool | None = None,
        limit: int = USUAL_PAGE,
        skip: int = 0,
    ) -> Call[Page[PhoneNumber]]:
        """List the numbers, `limit` on a page; InvalidNumber."""
        query = []
        if number is not None:
            query.append(("number", parse_number(number).e164))
        if user_id is not None:
            query.append(("user_id", user_id))
        if is_group_number is not None:
            query.append(("is_group_number", str(is_group_number).lower()))
        return self._account.pages(
            "phone_number.list",
            _PATH,
            lambda each: (read_number(each),),
            query=query,
            limit=limit,
            skip=skip,
        )

    def can_text(self, local_phone: str, country: str) -> Steps[Reach]:
        """Find out whether a number of the account can write to a country (ISO 3166-1).

        Raises InvalidNumber, ValueError for no country.
        """
        wanted, region = only_digits(parse_number(local_phone).e164), check_region(country)
        call: Call[Page[PhoneNumber]] | None = self.list(number=local_phone)
        while call is not None:
            page: Page[PhoneNumber] = yield call
            for each in page.items:
                if only_digits(each.number or "") == wanted:
                    return _judge(each, region)
            call = page.following
        return Reach(possible=False, reason="the account has no such number", number=None)


def _judge(number: PhoneNumber, region: str) -> Reach:
    countries = {each.upper() for each in number.sms_countries}
    reason = None
    if number.type != "internal":
        reason = f"it is {number.type or 'of no known type'}, and not internal"
    elif number.sms_enabled is not True:
        reason = "it has no SMS"
    elif region not in {_OTHER_NAMES.get(each, each) for each in countries}:
        reason = f"it cannot write to {region}"
    return Reach(reason is None, reason, number)
