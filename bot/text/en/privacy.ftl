# A member's own data (bot/privacy.py, bot/cogs/privacy.py, bot/views/privacy.py)

command-privacy = What I know of you: see it, get it, delete it
command-privacy-show = What I know of you, counted
command-privacy-export = Everything that I know of you, as files
command-privacy-delete = Delete everything that I know of you
option-privacy-messages = Also my messages with your pictures (yes unless you say no)

privacy-show = I have { $files ->
    [one] one file
   *[other] { $files } files
  } of yours ({ $megabytes } MB), and these rows in my database:
privacy-show-more = `/privacy export` gives you all of it, `/privacy delete` deletes it.
privacy-export = Your data, file { $part }. `data.json` holds the rows; pictures lie beside it.
privacy-export-more = These were { $parts } files, and there is more than fits here. Ask the operator of this bot for the rest.
privacy-export-too-large = These files are larger than Discord takes. Ask the operator of this bot for them: { $names }
privacy-ask = Delete everything that I know of you? Your jobs are cancelled; prompts, pictures, settings and reports are erased, also from backups. My messages stay. This cannot be undone.
privacy-ask-messages = Delete everything that I know of you? Your jobs are cancelled; prompts, pictures, settings, reports and my messages with your pictures are erased, also from backups. This cannot be undone.
button-erase = Delete everything
button-erase-nothing = Keep it
privacy-kept = Nothing was deleted.
privacy-erased = Deleted: { $rows } rows, { $files } files, { $messages } messages; { $backups } backups were cleaned. Counted again: { $left } left.
privacy-erased-kept = A ban, a break or strikes that still count stay until they end, under a number that does not say who you are.
cli-privacy-sure = Delete everything about the member { $user }? This cannot be undone.

command-terms = The rules, what I store, and for how long
terms = Pictures are made by a machine and say so in their metadata. I store what you write, the pictures you send and the pictures I draw. { $days ->
    [0] Pictures stay until you delete them.
    [one] Pictures go after one day; the list of your requests stays until you delete it.
   *[other] Pictures go after { $days } days; the list of your requests stays until you delete it.
  } `/privacy show` says what there is, `/privacy delete` ends it.
terms-read = Terms: { $url }
terms-privacy = Privacy: { $url }
