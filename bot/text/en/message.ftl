# Discord: the message of a job (bot/views/message.py)

job-waiting = { $attempt ->
    [0] Waiting to start
   *[other] The worker was restarted; waiting to start again
  }
job-place = { $ahead ->
    [0] Next in the queue
    [1] 1 job ahead
    [99] More than 98 jobs ahead
   *[other] { $ahead } jobs ahead
  } · done { $when }
job-running = { $percent } %
job-loading = Loading { $model }
job-again = The worker was restarted: this is drawn from the start again.
lane-turbo = turbo
lane-fast = fast
lane-relax = relaxed
job-over = { $user }, this is done.
job-done-when = done { $when }
job-cancelled = Cancelled
job-variations = { $linked ->
    [yes] Variations of [image { $index }]({ $link })
   *[no] Variations of image { $index }
  } by { $user }
job-outpaint = { $linked ->
    [yes] Around [image { $index }]({ $link })
   *[no] Around image { $index }
  } by { $user }
job-image = { $linked ->
    [yes] [Image { $index }]({ $link })
   *[no] Image { $index }
  } by { $user }
job-enlarged = { $linked ->
    [yes] Upscaled [image { $index }]({ $link })
   *[no] Upscaled image { $index }
  } by { $user }
job-reroll = { $linked ->
    [yes] [Re-rolled]({ $link })
   *[no] Re-rolled
  } by { $user }
job-facts = seed { $seed } · { $steps } steps · cfg { $cfg } · { $sampler } · { $width }×{ $height } · { $model } · job { $job }
job-id = job { $job }
job-alt-text = { $count ->
    [one] A picture
   *[other] { $count } pictures
  } drawn by a machine from: { $prompt }
job-facts-api = quality { $quality } · { $width }×{ $height } · { $model } · price { $price } · job { $job }
button-cancel = Cancel
button-upscale = U{ $index }
button-upscale-subtle = Upscale (Subtle)
button-upscale-creative = Upscale (Creative)
button-vary = V{ $index }
button-run = Run this line
button-run-these = Draw with these
button-unknown = This button is of an older version of mine, and I no longer know what it did. Run the line again with /imagine.
