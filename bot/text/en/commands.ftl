# Discord: commands (bot/cogs)

command-imagine = Draw a picture from a line of text
command-queue = Show your jobs that wait or run, and when they will be done
command-cancel = Stop one of your jobs
command-info = Show the line and the parameters of a job, or of a picture that you drop here
command-export = Get a job as a ComfyUI workflow or as A1111 parameters
command-models = Show the models that can draw here, and their licences
command-help = Show how to begin, the flags and the buttons
option-prompt = What the picture shows; flags such as --ar 3:2 may follow
option-image = A picture to start from; with = as the prompt, its own parameters are drawn
option-mask = Which part of the picture is redrawn: white is redrawn, black is kept
option-control_image = A picture whose outlines, depth or pose are followed
option-style_image = A picture whose style is used
option-style_image_2 = Another one
option-character_image_2 = Another one
option-character_image = A picture of a figure that is drawn again
option-job = The id that stands under a job
option-picture = A PNG, WebP or JPEG of Easel, A1111 or ComfyUI, as a file
option-format = The program that it is for
option-index = One picture alone, as on the buttons
queue-empty = You have no job that waits or runs. /imagine starts one.
queue-waiting = ⏳ **{ $line }** · { $ahead ->
    [0] next
   *[other] { $ahead } ahead
  } · done { $when } · { $link }
queue-running = 🖌️ **{ $line }** · being drawn · done { $when } · { $link }
cancel-cancelled = **{ $line }** is cancelled.
cancel-done = **{ $line }** is done already. 🗑️ under its pictures removes them.
cancel-failed = **{ $line }** had failed already.
cancel-blocked = **{ $line }** had been blocked already.
info-state = { $state ->
    [queued] Waiting
    [running] Being drawn
    [review] Held back for a moderator
    [done] Done
    [failed] Failed
    [cancelled] Cancelled
   *[blocked] Blocked
  } · asked for by { $user } on { $when } · { $cost } s of the device · { $link }
info-picture = Drawn by { $source ->
    [easel] Easel
    [a1111] A1111 or a program like it
   *[comfyui] ComfyUI
  }: { $sampler }, { $steps } steps, cfg { $cfg }, seed { $seed }, { $width }×{ $height }{ $model ->
    [none] {""}
   *[other] , model { $model }
  }. What this bot has no model or LoRA for is left out of the line:
info-picture-control = It followed a control image, which is not in the file: attach one as control_image and add --control "{ $control }".
export-ready = { $name } is for { $format ->
    [comfyui] ComfyUI: drop it onto its page, or send it to its HTTP API.
   *[a1111] A1111: paste it into the prompt field and press the arrow below it.
  }
info-parent = From image { $index } of job { $job } ({ $link })
help-intro = Type **/imagine** and say what you want to see. Flags follow the text, as in `a red fox in the snow --ar 3:2 --steps 20`, or are chosen as options. Under the pictures: **U** posts one alone, **V** draws variations of it, 🔄 draws the line again, 🗑️ removes it. The reactions 1️⃣–4️⃣, 🔁, ❌ and ✉️ do the same; ✉️ mails you your pictures.
help-flag = { $flags } { $values } · { $help }
