# Midjourney's flags (bot/prompt/midjourney.toml)

note-mj-niji = { $flag } is a model of Midjourney's own, and none is set up for it here: I used the style “anime” on { $model }.
note-mj-version = { $flag } is a version of Midjourney's own model, and none is set up for it here: { $model } draws. { $known ->
    [none] --model and /models name those that there are.
   *[other] Set up are { $known }; --model and /models name all that there are.
  }
note-stylize-plain = --stylize is the strength of a style, and there is none: add --style, or leave it out.
note-stylize-off = --stylize 0 leaves the style “{ $style }” out.
note-flag-unheard = { $model } is drawn by a pipeline that does not know { $flags }; it changed nothing.
note-chaos-one = --chaos spreads the pictures of a grid; this is a single one, so it only differs from the one without it.
note-flag-idle = { $flag } changes nothing without { $needs }.
note-hires-picture = --hires-by latent changes nothing with --upscaler { $upscaler }: it enlarges pictures, not latents.
note-quality-overruled = --quality { $quality } changes nothing here: the line says itself what it would set.
error-prompt-mj-video = I draw pictures and no videos, so there is no { $flag } here. Leave it out for pictures.
error-prompt-mj-profile = { $flag } names a profile or moodboard on Midjourney's servers, which I cannot read. Describe the look in words, or send a picture of it.
error-prompt-mj-oref = There is no { $flag } here. Attach the picture of the figure as character_image instead.
error-prompt-mj-edit = There is no { $flag } here. Attach the picture as image, and say with --mask which part is redrawn.
error-prompt-mj-versions = { $flag } chooses a version of a part of Midjourney, which is not here. Leave it out.
error-prompt-mj-exp = { $flag } is an experiment of Midjourney's own model. --stylize and --chaos come near.
error-prompt-mj-visibility = There is no { $flag } here: pictures are seen where they were asked for. For pictures that only you see, ask me in a direct message.
error-prompt-mj-legacy = { $flag } is of an older Midjourney and means nothing today. Leave it out.
error-prompt-mj-upscalers = { $flag } was an upscaler of an older Midjourney. Use the Upscale buttons, or --upscaler.
error-prompt-mj-sameseed = There is no { $flag }. --seed with --n 1 repeats one picture.
error-prompt-mj-size = There is no { $flag }: the model decides how many pixels it draws. --ar 3:2 chooses the shape.
error-prompt-mj-hq = There is no { $flag }. --quality high draws with more steps.
