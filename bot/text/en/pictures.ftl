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
