#!/usr/bin/env python3
"""Send the rows of a campaign, each once, through the sandbox; start it again and it continues.

    python examples/send_campaign.py --journal /tmp/sent.db --limit 20
    python examples/send_campaign.py --journal /tmp/sent.db

With an account of CALLR, give `Callr` its API key and no base URL, and leave the sandbox out.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import smscore
from smscore.errors import SmsError
from smscore.guard import Approval
from smscore.send import Callr, Journal, Outcome, SmsClient
from smscore.send.sandbox.server import Sandbox

HERE = Path(__file__).resolve().parent
RUN = "campaign"


def approve_rows(
    path: Path, deck: smscore.RateDeck, guard: smscore.Guard, refused: Counter[str]
) -> Iterator[Approval]:
    """Approve row after row; count, by the name of the error, those that cannot go out."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                quote = smscore.quote(row["message"], to=row["phone"], deck=deck, profile="callr")
                # The same on every day, and for the same text to the same number in another row.
                key = hashlib.sha256(f"{quote.to} {quote.text}".encode()).hexdigest()
                approval = guard.approve(quote, key=key)
            except SmsError as error:
                refused[type(error).__name__] += 1
            else:
                yield approval


def main() -> int:
    """Send, and say what became of it; the status is 5 if any message is in doubt."""
    parser = argparse.ArgumentParser(description="Send a campaign through the sandbox, once.")
    parser.add_argument("campaign", nargs="?", type=Path, default=HERE / "campaign.csv")
    parser.add_argument("--deck", type=Path, default=HERE / "rates.csv")
    parser.add_argument("--journal", type=Path, required=True, help="what was sent, and how")
    parser.add_argument("--max-total", default="25 EUR", help="the most that all runs may cost")
    parser.add_argument("--limit", type=int, help="how many messages to try at most, for a pilot")
    asked = parser.parse_args()
    deck = smscore.RateDeck.read(asked.deck)
    guard = smscore.Guard(max_parts=6, max_total=asked.max_total)
    refused: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    with Sandbox(providers=["callr"]) as sandbox, Journal(asked.journal) as journal:
        account = sandbox.addresses()["callr"]
        # The sandbox's prices are not the deck's, which the provider's own quote would tell.
        provider = Callr(
            login=account["login"],
            password=account["password"],
            base_url=account["base_url"],
            check_quote=False,
        )
        approvals = islice(approve_rows(asked.campaign, deck, guard, refused), asked.limit)
        with SmsClient(provider, journal, run=RUN) as client:
            for receipt in client.send_many(approvals):
                outcomes["sent before" if receipt.repeated else receipt.outcome.value] += 1
        spent = {each: str(money) for each, (money, *_) in journal.spent(run=RUN).items()}
        print(f"outcomes {dict(outcomes)}, refused {dict(refused)}, spent by the run {spent}")
        print(f"{len(sandbox.ledger)} messages arrived")
    return 5 if outcomes[Outcome.UNKNOWN.value] else 0


if __name__ == "__main__":
    raise SystemExit(main())
