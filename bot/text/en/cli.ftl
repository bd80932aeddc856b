# The command line and the doctor (bot/cli/, bot/doctor.py)

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
export-pictures = It needs { $names } in ComfyUI's folder "input", or in A1111's img2img or ControlNet.
export-by-hand = ComfyUI makes no control images for { $names } by itself: make them with /control, or put a preprocessor behind LoadImage there.
export-left-out = Pictures for { $names } are not part of it: other programs follow them in their own ways.
error-export-api = { $model } is drawn by OpenAI: there is nothing that another program could draw again.
export-needs-comfyui = It enlarges by { $names }: put that into ComfyUI's folder "models/upscale_models".
export-needs-a1111 = Enlarging is not part of it: use A1111's Extras with { $names }.
error-export-sheet = A contact sheet is many pictures. Export one of its jobs.
error-export-enlarge = A1111 enlarges a finished picture in Extras, which takes no parameters: drop the picture there and choose { $upscaler }. For ComfyUI it can be exported.
error-export-vary = A variation starts from noise that only Easel keeps. Export the job that it was made from.
error-export-control = A control image is not drawn from words, so there is nothing to export. Save the picture itself, and attach it with --control kind:ready.
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
doctor-optimise = { $names }
doctor-optimise-missing = { $name } does nothing here: it needs { $needs }. Install it, or take it out of "use" in [optimise].
doctor-safety = { $check } looks at every picture for: { $categories }
doctor-safety-off = the image check is off: never do that on a public server
doctor-probe = the worker process cannot start: { $problem }
doctor-all-well = Everything is in order.
doctor-failed = { $count ->
        [one] One check failed.
       *[other] { $count } checks failed.
    }
