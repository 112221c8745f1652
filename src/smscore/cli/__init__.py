"""The command line: each command parses, calls one function of the library, and shows the result.

exits.py             the exit statuses, and which error has which
app.py               the group of the commands, and what happens to errors
options.py           what several commands share
display.py           where results and progress go
replacing.py         what may be replaced, by name
inspect_command.py   one text, in colour
alphabet_command.py  any table, as the standard lays it out
profiles_command.py  how providers count
transliterate_command.py  a text with characters replaced
octets_commands.py   encode and decode: the user data of a message
quote_command.py     one message's price
validate_command.py  files, with progress
credentials.py       the environment and the keyring
wording.py           what the library says, in the command line's words
accounts.py          a provider and its options, by name
sources.py           one text, or the rows of a file
tallies.py           what messages come to
campaign.py          which messages may leave
standing.py          what a run has come to by now
braking.py           a wish to stop
dispatching.py       messages on their way, until they are to stop
send_options.py      limits, journals and files
sending_report.py    what would be sent, and what became of it
send_command.py      sending: dry unless it is asked for
bill_file.py         the bill of each message, in a file
reconcile_command.py  what became of messages in doubt, and what they cost
sandbox_command.py   the providers on this machine
"""
