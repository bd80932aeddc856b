# What can be done with a finished picture (bot/views, bot/remaking.py, bot/gallery.py, bot/cogs/pictures.py)

button-vary-subtle = Vary (Subtle)
button-vary-strong = Vary (Strong)
button-vary-region = Vary (Region)
button-zoom = Zoom out 2×
button-zoom-less = Zoom out 1.5×
button-zoom-custom = Custom zoom
button-square = Make square
button-remix = Remix
button-same-seed = Same seed, change …
button-copy = Copy prompt
button-original = Original PNG
form-remix = Remix
form-seed = Same seed, change …
form-zoom = Custom zoom
form-region = Vary (Region)
form-mask = Vary (Region)
form-line = The line
form-line-more = Change words and flags as you like.
form-mask-file = The mask
form-mask-file-more = A picture of the same shape: white is drawn anew, black is kept.
form-words-phrase = What is drawn anew
form-words-phrase-more = Such as: the hat
region-which = Which part is drawn anew? Then you can change the line for it.
region-l3 = Left third
region-c3 = Middle third
region-r3 = Right third
region-t3 = Top third
region-m3 = Middle band
region-b3 = Bottom third
region-upload = Upload a mask
region-words = By words
job-region = { $linked ->
    [yes] Variations (Region) of [image { $index }]({ $link })
   *[no] Variations (Region) of image { $index }
  } by { $user }
job-remix = { $linked ->
    [yes] Remix of [image { $index }]({ $link })
   *[no] Remix of image { $index }
  } by { $user }
favorite-kept = ⭐ Kept. /favorites shows your favourites.
favorite-posted = ⭐ Kept, and shown in this server's gallery. Take the star away to take it down.
favorite-removed = No longer among your favourites.
error-remake-several = This line stands for { $count } pictures. Leave out the braces here, or use /imagine.
error-inpaint-nothing = Say which part is drawn anew: choose a region, or send a mask (white is drawn anew, black is kept).
error-zoom-missing = Say how far with --zoom, from 1 to 2, such as --zoom 1.4.
error-region-words = No model here finds things in a picture by words. Choose a part by the buttons, or upload a mask (white is drawn anew, black is kept).
error-original-large = The original file is larger than the { $limit } MB that Discord takes here. /export gives everything to draw it again.

# Commands (bot/cogs/pictures.py, bot/cogs/history.py)

command-show = Post one of your jobs once more, with its buttons
command-vary = Draw variations of a picture of a job
command-zoom = Draw what is around a picture of a job
command-inpaint = Draw a part of a picture anew, of a job or of your own
command-history = Page through your jobs
command-favorites = Page through the pictures that you gave a star
command-gallery = Page through the pictures that this server shows
command-styles = Show the styles that --style takes
option-remake-job = The id that stands under a job
option-remake-picture = Which picture of the job
option-remake-strong = Go far from the picture
option-remake-factor = How far away, from 1 to 2
option-remake-prompt = What is drawn there; flags may follow
option-remake-region = Which part is drawn anew, by name or as left,top,right,bottom from 0 to 1
option-remake-image = A picture of your own, instead of one of a job
option-remake-mask = A picture of the same shape: white is drawn anew, black is kept
option-search = Words that stand in the line
option-state = Only jobs in this state
error-show-others = /show posts your own jobs once more; /info shows the line of others.
error-inpaint-which = Name a job by the id that stands under it, or attach a picture.
part-left = Left half
part-right = Right half
part-top = Top half
part-bottom = Bottom half
part-center = The middle
part-tl = Top left quadrant
part-tr = Top right quadrant
part-bl = Bottom left quadrant
part-br = Bottom right quadrant
part-l3 = Left third
part-c3 = Middle third
part-r3 = Right third
part-t3 = Top third
part-m3 = Middle band
part-b3 = Bottom third
shelf-history = Your jobs · page { $page }
shelf-favorites = Your favourites · page { $page }
shelf-gallery = This server's gallery · page { $page }
shelf-empty-history = There is no job like that. /imagine starts one.
shelf-empty-favorites = You have no favourite like that yet. ⭐ under a picture keeps it.
shelf-empty-gallery = Nothing like that is shown here yet.
shelf-state = { $state ->
    [queued] waits
    [running] is being drawn
    [review] held back for a moderator
    [done] done
    [failed] failed
    [cancelled] cancelled
   *[blocked] blocked
  }
button-show = { $index }
gallery-where = Pictures are shown in { $channel } when their owner gives them a ⭐.
gallery-none = This server has no gallery channel. The bot's operator sets one in config.toml, [gallery.channels].

# Apps in the menu of a message (bot/cogs/menus.py) and reactions (bot/cogs/reactions.py)

menu-cancel = Cancel job
menu-report = Report
menu-image = Use as image prompt
menu-parameters = Show parameters
menu-mail = DM me the images
form-picture = Picture
form-picture-more = The link of the picture that you chose; leave it as it is.
form-image = Line
form-image-more = What is drawn from this picture; flags may follow.
error-form-picture = The link of the picture is missing. Choose the message again, and leave the link as it is.
report-thanks = Thank you. If enough members report these pictures, they are hidden until a moderator has decided.
mail-sent = I sent you the pictures as a direct message.
error-mail-others = Only the owner of a job gets its pictures by direct message.
error-menu-no-picture = There is no picture in that message.
error-menu-no-job = That message shows no job of mine. Use it on a message with pictures that I drew.
error-reaction-which = These are several pictures. Press U under one of them, and then ⬆️ under that one.

delivery-elsewhere = I can no longer write in { $channel }, so this comes to you directly.
delivery-no-files = The pictures are done, but this place takes no files from me, not even small ones. React with ✉️ to get them as a direct message.
