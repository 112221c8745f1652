"""The errors that smscore raises, grouped by the question that the caller asks.

    SmsError
      MessageError(ValueError)     what is wrong with the message?
        LoneSurrogate              .index          half a surrogate pair stands alone
        UnmappableCharacter        .index .character   the coding asked for does not have it
        TooLong                    .index          more than 255 parts
        OverLimit                  .limit .profile more than the profile's provider takes
        InvalidNumber              .reason         not an E.164 number
        UndecodableSeptet          .index .septet  no text has this septet here
        MalformedUserData          .number         a part's octets cannot be read
        MissingParts               .numbers .total parts that did not come
        MixedMessages              .number         parts that are not of one message
      PricingError                 can it be priced?
        NoRate                     .country        the deck says nothing about the destination
        DestinationRejected        .line           the deck says that it is not served
      DeckError(ValueError)        can the rate deck be used?     .source .line
        MalformedRate              .column         a cell that cannot be read
        AmbiguousDeck              .other_line     two rates for one destination and day
        MixedCurrency              .currencies     more than one currency
      ProfileError(ValueError)     can the profile be used?       .source .key
      GuardError                   was it allowed to go out?      .limit .allowed .found
        OverCap                    .window         more money, parts or recipients than a cap
        NotAllowed                                 an alphabet, country, prefix or sender
        QuietHours                 .until          it is night where the recipient is
        QuoteExpired                               the quote is old, or its rate has ended
        TooFast                    .window         more to one place than people ask for
        Drifted                                    dearer by the provider's own quote
      Stopped                      was the client told to stop?
      InvalidSender(MessageError)  .reason         no sender that the provider has
      InvalidDate(ValueError)      .reason         a date without a zone, past, or too far away
      ProviderError                what did the provider say?     .provider .status .code .reason
        AuthenticationFailed NotFound RateLimited NotSupported UnreadableAnswer NoAnswer
      JournalError                 can the journal be used?       .path
      WebhookError(ValueError)     can the event be believed?     .provider
        BadSignature StaleEvent MalformedEvent
      BulkFileError(ValueError)    can the file be read or written at all?   .source .line
      MissingExtra(ImportError)    is what this needs installed?  .extra

base.py     the base, and what is not installed
message.py  the message itself
files.py    prices, decks, profiles, files
sending.py  the guard, providers, the journal, events

What became of a message is not an error but a receipt, whose `raise_for_outcome` makes it one
(`SendError`: NotSent, Rejected, OutcomeUnknown).

The law of this file: an error says what is wrong, where, and what to do. It carries the place and
whatever value is not private: phone numbers and message texts are in no message, attribute or repr
(a single character of a text, where it is the fault itself, is).
"""

from smscore.errors.base import (
    MissingExtra,
    SmsError,
)
from smscore.errors.files import (
    AmbiguousDeck,
    BulkFileError,
    DeckError,
    DestinationRejected,
    MalformedRate,
    MixedCurrency,
    NoRate,
    PricingError,
    ProfileError,
)
from smscore.errors.message import (
    InvalidNumber,
    InvalidSender,
    LoneSurrogate,
    MalformedUserData,
    MessageError,
    MissingParts,
    MixedMessages,
    OverLimit,
    TooLong,
    UndecodableSeptet,
    UnmappableCharacter,
)
from smscore.errors.sending import (
    AuthenticationFailed,
    BadSignature,
    Drifted,
    GuardError,
    InvalidDate,
    JournalError,
    MalformedEvent,
    NoAnswer,
    NotAllowed,
    NotFound,
    NotSupported,
    OverCap,
    ProviderError,
    QuietHours,
    QuoteExpired,
    RateLimited,
    StaleEvent,
    Stopped,
    TooFast,
    UnreadableAnswer,
    WebhookError,
)

__all__ = [
    "AmbiguousDeck",
    "AuthenticationFailed",
    "BadSignature",
    "BulkFileError",
    "DeckError",
    "DestinationRejected",
    "Drifted",
    "GuardError",
    "InvalidDate",
    "InvalidNumber",
    "InvalidSender",
    "JournalError",
    "LoneSurrogate",
    "MalformedEvent",
    "MalformedRate",
    "MalformedUserData",
    "MessageError",
    "MissingExtra",
    "MissingParts",
    "MixedCurrency",
    "MixedMessages",
    "NoAnswer",
    "NoRate",
    "NotAllowed",
    "NotFound",
    "NotSupported",
    "OverCap",
    "OverLimit",
    "PricingError",
    "ProfileError",
    "ProviderError",
    "QuietHours",
    "QuoteExpired",
    "RateLimited",
    "SmsError",
    "StaleEvent",
    "Stopped",
    "TooFast",
    "TooLong",
    "UndecodableSeptet",
    "UnmappableCharacter",
    "UnreadableAnswer",
    "WebhookError",
]


def _name_errors() -> None:
    """Let a traceback name each error as it is imported and caught."""
    for name in __all__:
        globals()[name].__module__ = __name__


_name_errors()
