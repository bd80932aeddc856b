# First use, /help and /blend (bot/views/welcome.py, bot/cogs/help.py, bot/blending.py)

welcome = **Welcome!** I draw what you write: **/imagine** and a few words. Under the pictures are buttons that go on from there; **/prompt** helps to write a line, **/help** shows everything. Or press one of these:
rules = **Rules:** no sexual or violent pictures where the server does not allow them, and never of minors or real people; no one is to be harassed or deceived. What you draw is seen by others, says in its file that a machine drew it, and can be reported. Moderators decide.
help-commands = **Commands**
help-command = `/{ $command }` · { $help }
command-blend = Merge two to five pictures into one, without words
option-blend-image1 = The first picture
option-blend-image2 = The second picture
option-blend-image3 = A third picture
option-blend-image4 = A fourth picture
option-blend-image5 = A fifth picture
option-blend-dimensions = Portrait 2:3, square 1:1 or landscape 3:2
note-blend = { $count } pictures, laid over one another and drawn over at --strength { $strength }: this model has no adapter that understands several pictures.
note-blend-heard = { $count } pictures, each listened to as much as the others.
error-blend-count = A blend needs two to five pictures; you sent { $count }.
