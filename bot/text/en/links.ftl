# Links to pictures in a line (bot/prompt/links.py, bot/linking.py, bot/fetching.py)

error-link-elsewhere = I fetch pictures from Discord's own servers only, so not “{ $written }”. Send the picture in any channel and copy its link there (it begins with `https://cdn.discordapp.com/attachments/`), or attach it to the command. An address that is to be drawn as words stands in double quotes.
error-link-expired = Discord no longer gives out the picture under that link: the link has expired, or the message is gone. Attach the picture again, or copy a fresh link from its message.
error-link-failed = Discord's servers did not give me the picture under that link. Try again in a minute, or attach the picture.
error-link-flag = { $flag } takes no link. Links to pictures stand before the words, or behind --sref and --cref.
error-link-braces = A link cannot stand between braces: its picture belongs to every line that they make. Write it before them.
error-link-kept = Links expire after a day, so none can be kept for later lines. Leave it out here, and write it in the line that is drawn.
error-link-weight = A link takes a weight from 0 to { $limit }, such as LINK::2; you wrote “{ $written }”.
error-link-drawn-on = A weight such as LINK::2 says how much of a picture is listened to, and this one is drawn on. Leave the weight out and write --iw or --strength, or choose a --model with an image adapter.
